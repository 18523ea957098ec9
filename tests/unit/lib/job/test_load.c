/* Loading: a good manifest becomes a job, and each mistake in it a line that a user can act on. */
#include "job/load.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "random_job.h"
#include "support/check.h"

static const char good[] =
    "apiVersion: muster.dev/v1alpha1\n"                               /* 1 */
    "kind: TrainingJob\n"                                             /* 2 */
    "metadata:\n"                                                     /* 3 */
    "  name: digits\n"                                                /* 4 */
    "  namespace: lab\n"                                              /* 5 */
    "  labels: {team: vision}\n"                                      /* 6 */
    "  annotations:\n"                                                /* 7 */
    "    muster.dev/note: first try\n"                                /* 8 */
    "spec:\n"                                                         /* 9 */
    "  task: Train\n"                                                 /* 10 */
    "  replicas: 4\n"                                                 /* 11 */
    "  ranksPerReplica: 1\n"                                          /* 12 */
    "  training:\n"                                                   /* 13 */
    "    model:\n"                                                    /* 14 */
    "      input: {shape: [784]}\n"                                   /* 15 */
    "      layers:\n"                                                 /* 16 */
    "        - {type: dense, units: 1024, activation: relu}\n"        /* 17 */
    "        - type: dense\n"                                         /* 18 */
    "          units: 10\n"                                           /* 19 */
    "          activation: softmax\n"                                 /* 20 */
    "    data:\n"                                                     /* 21 */
    "      train: data/train\n"                                       /* 22 */
    "      validation: data/validation\n"                             /* 23 */
    "      format: idx\n"                                             /* 24 */
    "    loss: cross_entropy\n"                                       /* 25 */
    "    optimizer: {type: adamw, learningRate: 0.001, beta1: 0.9}\n" /* 26 */
    "    schedule:\n"                                                 /* 27 */
    "      type: cosine\n"                                            /* 28 */
    "      warmupSteps: 100\n"                                        /* 29 */
    "      finalRatio: 0.1\n"                                         /* 30 */
    "    batch: {global: 128, micro: 32}\n"                           /* 31 */
    "    epochs: 5\n"                                                 /* 32 */
    "    validation: {every: epoch}\n"                                /* 33 */
    "    precision: float32\n"                                        /* 34 */
    "    reproducible: elastic\n"                                     /* 35 */
    "    seed: 7\n"                                                   /* 36 */
    "  checkpoint:\n"                                                 /* 37 */
    "    directory: checkpoints\n"                                    /* 38 */
    "    everySeconds: 15\n"                                          /* 39 */
    "    keepLast: 2\n"                                               /* 40 */
    "  recovery:\n"                                                   /* 41 */
    "    budgets:\n"                                                  /* 42 */
    "      rank: {count: 3, windowSeconds: 60}\n"                     /* 43 */
    "      pod: {count: 2}\n"                                         /* 44 */
    "    replaceSeconds: 9\n"                                         /* 45 */
    "  deadlines: {startSeconds: 120}\n";                             /* 46 */

static int load_text(const char *text, struct job *job, struct text *report)
{
    struct load_source source = {.name = "job.yaml", .bytes = text, .size = strlen(text)};

    return load_job(&source, job, report);
}

static void a_good_manifest_becomes_a_job(void)
{
    CLEAN(job) struct job job = {0};
    CLEAN(text) struct text report = {0};

    CU_ASSERT(load_text(good, &job, &report) == 0);
    CHECK_TEXT(text_string(&report), "");
    CHECK_TEXT(job.name, "digits");
    CHECK_TEXT(job.training.data.validation, "data/validation");
    CU_ASSERT(job.replicas == 4 && job.training.model.layers[0].units == 1024);
    CU_ASSERT(job.training.schedule.final_ratio == 0.1 && job.training.seed == 7);
    CU_ASSERT(job.recovery.rank.count == 3 && job.recovery.pod.window_seconds == 3600);
}

#define NUMBER(low, high)   "must be a whole number from " #low " to " #high ", is "
#define ORDINARY(low, high) "must be a number from " #low " to " #high ", is "
#define JOB_LABEL           "must be a DNS label (a-z, 0-9, inner -) of 1 to 40 bytes, is "

/* One change of the good manifest, and the line of the report that it makes. */
static const struct mistake {
    const char *what;
    const char *with;
    const char *line;
} mistakes[] = {
    /* the manifest */
    {"muster.dev/v1alpha1",
     "muster.dev/v1",
     "1: apiVersion: must be muster.dev/v1alpha1, is \"muster.dev/v1\""},
    {"apiVersion: muster.dev/v1alpha1\n",
     "",
     "1: apiVersion: is missing; must be muster.dev/v1alpha1"},
    {"TrainingJob", "Pod", "2: kind: must be TrainingJob, is \"Pod\""},
    {"spec:\n",
     "spec: 7\nSpec:\n",
     "10: Spec: is not a key of this object; did you mean spec? Allowed are apiVersion, kind, "
     "metadata, spec"},
    {"spec:\n", "spec: [7]\nx:\n", "9: spec: must be an object, is a list of 1"},
    {"kind: TrainingJob\n",
     "kind: TrainingJob\nkind: TrainingJob\n",
     "2: kind: is given twice, on lines 2 and 3"},
    {"  task: Train\n",
     "  task: Train\n  suspend: true\n",
     "11: spec.suspend: is not a key of this object; allowed are task, replicas, spares, "
     "ranksPerReplica, elastic, training, interface, "
     "checkpoint, recovery, deadlines, template"},
    {"  task: Train\n",
     "  task: Train\n  template: {}\n",
     "11: spec.template.spec: is missing; must be an object"},
    /* metadata */
    {"  name: digits\n",
     "",
     "3: metadata.name: is missing; must be a DNS label (a-z, 0-9, inner -) of 1 to 40 bytes"},
    {"name: digits", "name: Digits", "4: metadata.name: " JOB_LABEL "\"Digits\""},
    {"name: digits", "name: 7", "4: metadata.name: " JOB_LABEL "7"},
    {"name: digits",
     "name: a0123456789012345678901234567890123456789",
     "4: metadata.name: " JOB_LABEL "\"a012345678901234567890123456789012345678...\""},
    {"namespace: lab",
     "namespace: lab_1",
     "5: metadata.namespace: must be a DNS label (a-z, 0-9, inner -) of 1 to 63 bytes, is "
     "\"lab_1\""},
    {"vision",
     "-vision",
     "6: metadata.labels.team: must be a text of at most 63 letters, digits and inner -, _ and ., "
     "is \"-vision\""},
    {"vision",
     "2",
     "6: metadata.labels.team: must be a text of at most 63 letters, digits and inner -, _ and ., "
     "is 2"},
    {"muster.dev/note",
     "muster_dev/note",
     "8: metadata.annotations.muster_dev/note: its key must be an optional domain and /, then at "
     "most 63 letters, digits and inner -, _ and ."},
    {"first try",
     "[1]",
     "8: metadata.annotations[\"muster.dev/note\"]: must be a text of at most 262144 bytes, is a "
     "list of 1"},
    {"  namespace: lab\n",
     "  owner: 12\n",
     "5: metadata.owner: is not a key of this object; allowed are name, namespace, labels, "
     "annotations"},
    /* the size of the job */
    {"task: Train", "task: Serve", "10: spec.task: must be Train, is \"Serve\""},
    {"replicas: 4", "replicas: 0", "11: spec.replicas: " NUMBER(1, 1024) "0"},
    {"replicas: 4", "replicas: 1025", "11: spec.replicas: " NUMBER(1, 1024) "1025"},
    {"replicas: 4", "replicas: four", "11: spec.replicas: " NUMBER(1, 1024) "\"four\""},
    {"      train: data/train\n",
     "      train:\n",
     "22: spec.training.data.train: is missing; must be a text of 1 to 1024 bytes"},
    {"replicas: 4", "replicas: \"4\"", "11: spec.replicas: " NUMBER(1, 1024) "\"4\""},
    {"replicas: 4", "replicas: 2.5", "11: spec.replicas: " NUMBER(1, 1024) "2.5"},
    {"replicas: 4",
     "replicas: 3",
     "11: spec.replicas: makes a world of 3 ranks, which does not divide the 4 micro-batches of a "
     "step; near it are 1, 2, 4"},
    {"ranksPerReplica: 1",
     "ranksPerReplica: 2",
     "11: spec.replicas: makes a world of 8 ranks, which does not divide the 4 micro-batches of a "
     "step; near it are 1, 2, 4"},
    {"ranksPerReplica: 1", "ranksPerReplica: 65", "12: spec.ranksPerReplica: " NUMBER(1, 64) "65"},
    {"replicas: 4\n  ranksPerReplica: 1",
     "replicas: 1024\n  ranksPerReplica: 64",
     "11: spec.replicas: makes a world of 65536 ranks, allowed are 1024"},
    {"ranksPerReplica: 1",
     "elastic: {minReplicas: 5}",
     "12: spec.elastic.minReplicas: must be at most spec.replicas, which is 4"},
    {"ranksPerReplica: 1",
     "elastic: {minReplicas: 2, sizes: [2, 1]}",
     "12: spec.elastic.sizes[1]: must be from spec.elastic.minReplicas to spec.replicas, which is "
     "2 "
     "to 4"},
    {"ranksPerReplica: 1",
     "elastic: {minReplicas: 2, sizes: [4, 3]}",
     "12: spec.elastic.sizes[1]: makes a world of 3 ranks, which does not divide the 4 "
     "micro-batches of a step; near it are 1, 2, 4"},
    {"ranksPerReplica: 1", "spares: -1", "12: spec.spares: " NUMBER(0, 1023) "-1"},
    {"ranksPerReplica: 1", "spares: 1024", "12: spec.spares: " NUMBER(0, 1023) "1024"},
    {"ranksPerReplica: 1",
     "spares: 1021",
     "12: spec.spares: makes 1025 pods with spec.replicas, allowed are 1024"},
    /* the model */
    {"  training:\n    model:",
     "  trainings:\n    model:",
     "13: spec.trainings: is not a key of this object; did you mean training? Allowed are task, "
     "replicas, spares, ranksPerReplica, elastic, training, interface, checkpoint, recovery, "
     "deadlines, "
     "template"},
    {"{shape: [784]}",
     "{}",
     "15: spec.training.model.input.shape: is missing; must be a list of 1 to 4 whole numbers from "
     "1 to 16777216"},
    {"[784]",
     "784",
     "15: spec.training.model.input.shape: must be a list of 1 to 4 whole numbers from 1 to "
     "16777216, is 784"},
    {"[784]",
     "[28, 28, 1, 1, 1]",
     "15: spec.training.model.input.shape: must be a list of 1 to 4 whole numbers from 1 to "
     "16777216, is a list of 5"},
    {"[784]", "[28, -28]", "15: spec.training.model.input.shape[1]: " NUMBER(1, 16777216) "-28"},
    {"[784]",
     "[16777216, 2]",
     "15: spec.training.model.input.shape: makes samples of more than the 16777216 numbers "
     "allowed"},
    {"layers:\n",
     "layers: []\n      x:\n",
     "16: spec.training.model.layers: must be a list of 1 to 64 objects, is a list of 0"},
    {"- {type: dense, units: 1024, activation: relu}",
     "- dense",
     "17: spec.training.model.layers[0]: must be an object, is \"dense\""},
    {"{type: dense, units: 1024",
     "{type: conv, units: 1024",
     "17: spec.training.model.layers[0].type: must be dense, is \"conv\""},
    {"units: 10\n",
     "units: ten\n",
     "19: spec.training.model.layers[1].units: " NUMBER(1, 65536) "\"ten\""},
    {"units: 10\n",
     "units: 65537\n",
     "19: spec.training.model.layers[1].units: " NUMBER(1, 65536) "65537"},
    {"          units: 10\n",
     "",
     "18: spec.training.model.layers[1].units: is missing; must be a whole number from 1 to "
     "65536"},
    {"units: 10\n",
     "units: 1\n",
     "19: spec.training.model.layers[1].units: must be at least 2: softmax of one unit is always "
     "1"},
    {"activation: relu",
     "act: relu",
     "17: spec.training.model.layers[0].act: is not a key of this object; allowed are type, "
     "units, activation"},
    {"activation: relu",
     "activation: elu",
     "17: spec.training.model.layers[0].activation: must be one of none, relu, gelu, tanh, "
     "sigmoid, softmax, is \"elu\""},
    {"activation: relu",
     "activation: softmax",
     "17: spec.training.model.layers[0].activation: softmax is for the last layer only"},
    {"activation: softmax",
     "activation: tanh",
     "20: spec.training.model.layers[1].activation: must be softmax on the last layer: loss "
     "cross_entropy needs it"},
    {"          activation: softmax\n",
     "",
     "18: spec.training.model.layers[1].activation: must be softmax on the last layer: loss "
     "cross_entropy needs it"},
    /* data and loss */
    {"train: data/train",
     "train: \"\"",
     "22: spec.training.data.train: must be a text of 1 to 1024 bytes, is \"\""},
    {"train: data/train",
     "train: \"a\\tb\"",
     "22: spec.training.data.train: must be a text of 1 to 1024 bytes, is \"a\\u0009b\""},
    {"train: data/train",
     "trian: data/train",
     "22: spec.training.data.trian: is not a key of this object; did you mean train? Allowed are "
     "train, validation, format"},
    {"format: idx", "format: csv", "24: spec.training.data.format: must be idx, is \"csv\""},
    {"loss: cross_entropy",
     "loss: mse",
     "25: spec.training.loss: must be cross_entropy, is \"mse\""},
    {"      validation: data/validation\n",
     "",
     "32: spec.training.validation.every: is epoch, but data.validation is not given"},
    {"every: epoch",
     "every: step",
     "33: spec.training.validation.every: must be one of never, epoch, is \"step\""},
    /* optimizer and schedule */
    {"learningRate: 0.001, ",
     "",
     "26: spec.training.optimizer.learningRate: is missing; must be a number from 1e-09 to 100"},
    {"0.001", "0", "26: spec.training.optimizer.learningRate: " ORDINARY(1e-09, 100) "0"},
    {"0.001",
     ".nan",
     "26: spec.training.optimizer.learningRate: " ORDINARY(1e-09, 100) "not a number"},
    {"0.001", ".inf", "26: spec.training.optimizer.learningRate: " ORDINARY(1e-09, 100) "infinite"},
    {"learningRate: 0.001",
     "learningRate: 0.001, learning_rate: 0.001",
     "26: spec.training.optimizer.learning_rate: is not a key of this object; did you mean "
     "learningRate? Allowed are type, learningRate, beta1, beta2, epsilon, weightDecay"},
    {"type: adamw",
     "type: adam",
     "26: spec.training.optimizer.type: must be one of sgd, momentum, adamw, is \"adam\""},
    {"type: adamw",
     "type: momentum",
     "26: spec.training.optimizer.beta1: does not go with type momentum; allowed are type, "
     "learningRate, momentum, weightDecay"},
    {"beta1: 0.9",
     "momentum: 0.9",
     "26: spec.training.optimizer.momentum: does not go with type adamw; allowed are type, "
     "learningRate, beta1, beta2, epsilon, weightDecay"},
    {"beta1: 0.9", "beta2: 1", "26: spec.training.optimizer.beta2: " ORDINARY(0, 0.999999) "1"},
    {"beta1: 0.9", "epsilon: 0", "26: spec.training.optimizer.epsilon: " ORDINARY(1e-16, 1) "0"},
    {"beta1: 0.9",
     "weightDecay: -1",
     "26: spec.training.optimizer.weightDecay: " ORDINARY(0, 1) "-1"},
    {"type: cosine",
     "type: step",
     "27: spec.training.schedule.everySteps: is missing; must be a whole number from 1 to "
     "1000000000"},
    {"type: cosine",
     "type: constant",
     "30: spec.training.schedule.finalRatio: does not go with type constant; allowed are type, "
     "warmupSteps"},
    {"finalRatio: 0.1",
     "factor: 0.1",
     "30: spec.training.schedule.factor: does not go with type cosine; allowed are type, "
     "warmupSteps, finalRatio"},
    {"finalRatio: 0.1",
     "finalRatio: 2",
     "30: spec.training.schedule.finalRatio: " ORDINARY(0, 1) "2"},
    {"warmupSteps: 100",
     "warmupSteps: -1",
     "29: spec.training.schedule.warmupSteps: " NUMBER(0, 1000000000) "-1"},
    {"epochs: 5",
     "steps: 100",
     "29: spec.training.schedule.warmupSteps: must be below steps, which is 100"},
    /* batch, length and the rest */
    {"micro: 32",
     "micro: 48",
     "31: spec.training.batch.micro: must divide batch.global, but 128 is no multiple of 48"},
    {"micro: 32", "micro: 0", "31: spec.training.batch.micro: " NUMBER(1, 65536) "0"},
    {"global: 128",
     "global: 1048577",
     "31: spec.training.batch.global: " NUMBER(1, 1048576) "1048577"},
    {"global: 128, ",
     "",
     "31: spec.training.batch.global: is missing; must be a whole number from 1 to 1048576"},
    {"    epochs: 5\n", "", "13: spec.training: one of epochs, steps must be given"},
    {"epochs: 5",
     "epochs: 5\n    steps: 900",
     "13: spec.training: only one of epochs, steps may be given"},
    {"epochs: 5", "epochs: 0", "32: spec.training.epochs: " NUMBER(1, 100000) "0"},
    {"precision: float32",
     "precision: bfloat16",
     "34: spec.training.precision: must be float32, is \"bfloat16\""},
    {"reproducible: elastic",
     "reproducible: run",
     "35: spec.training.reproducible: must be elastic, is \"run\""},
    {"seed: 7",
     "seed: 9007199254740992",
     "36: spec.training.seed: " NUMBER(0, 9007199254740991) "9007199254740992"},
    /* checkpoint, recovery, deadlines */
    {"    directory: checkpoints\n",
     "",
     "37: spec.checkpoint.directory: is missing; must be a text of 1 to 1024 bytes"},
    {"everySeconds: 15",
     "everySeconds: 0",
     "39: spec.checkpoint.everySeconds: " NUMBER(1, 86400) "0"},
    {"keepLast: 2", "keepLast: 1001", "40: spec.checkpoint.keepLast: " NUMBER(1, 1000) "1001"},
    {"keepLast: 2",
     "keepEverySteps: 2",
     "40: spec.checkpoint.keepEverySteps: is not a key of this object; allowed are directory, "
     "everySeconds, keepLast"},
    {"count: 3", "count: -1", "43: spec.recovery.budgets.rank.count: " NUMBER(0, 1000) "-1"},
    {"windowSeconds: 60",
     "windowSeconds: 60s",
     "43: spec.recovery.budgets.rank.windowSeconds: " NUMBER(1, 2592000) "\"60s\""},
    {"pod: {count: 2}",
     "attempt: {count: 2}",
     "44: spec.recovery.budgets.attempt: is not a key of this object; allowed are rank, pod"},
    {"replaceSeconds: 9",
     "replaceSeconds: true",
     "45: spec.recovery.replaceSeconds: " NUMBER(1, 86400) "true"},
    {"replaceSeconds: 9",
     "rules: [{exitCodes: [3], action: Retry}]",
     "45: spec.recovery.rules[0].action: must be FailJob, is \"Retry\""},
    {"replaceSeconds: 9",
     "rules: [{exitCodes: [3, 256], action: FailJob}]",
     "45: spec.recovery.rules[0].exitCodes[1]: " NUMBER(1, 255) "256"},
    {"replaceSeconds: 9",
     "rules: [{action: FailJob}]",
     "45: spec.recovery.rules[0].exitCodes: is missing; must be a list of 1 to 64 whole numbers "
     "from 1 to 255"},
    {"  recovery:\n",
     "  interface: Link\n  recovery:\n",
     "41: spec.interface: may not be Link with training: it is for other trainers"},
    {"  recovery:\n",
     "  interface: grpc\n  recovery:\n",
     "41: spec.interface: must be one of Environment, Link, is \"grpc\""},
    {"startSeconds: 120",
     "startSeconds: 1e9",
     "46: spec.deadlines.startSeconds: " NUMBER(1, 86400) "1000000000"},
};

static void each_mistake_is_a_line_that_says_where_and_what(void)
{
    CU_ASSERT(sizeof mistakes / sizeof *mistakes >= 60);
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        CLEAN_FREE char *text = check_replaced(good, mistakes[i].what, mistakes[i].with);
        CLEAN(text) struct text wanted = {0};
        CLEAN(text) struct text report = {0};
        CLEAN(job) struct job job = {0};

        text_addf(&wanted, "job.yaml:%s\n", mistakes[i].line);
        CU_ASSERT(load_text(text, &job, &report) == 1);
        CU_ASSERT(job.name == NULL);
        if (!strstr(text_string(&report), wanted.data))
            CHECK_TEXT(text_string(&report), wanted.data);
    }
}

static void everything_wrong_is_told_at_once(void)
{
    CLEAN_FREE char *first = check_replaced(good, "replicas: 4", "replicas: x");
    CLEAN_FREE char *second = check_replaced(first, "units: 10\n", "units: z\n");
    CLEAN_FREE char *third = check_replaced(second, "micro: 32", "micro: 33");
    CLEAN_FREE char *fourth = check_replaced(third, "kind:", "name: a\nkind: 1\nkind:");
    CLEAN(text) struct text report = {0};
    CLEAN(job) struct job job = {0};

    CU_ASSERT(load_text(fourth, &job, &report) == 1);
    CHECK_TEXT(text_string(&report),
               "job.yaml:2: name: is not a key of this object; allowed are apiVersion, kind, "
               "metadata, spec\n"
               "job.yaml:3: kind: is given twice, on lines 3 and 4\n"
               "job.yaml:3: kind: must be TrainingJob, is 1\n"
               "job.yaml:13: spec.replicas: must be a whole number from 1 to 1024, is \"x\"\n"
               "job.yaml:21: spec.training.model.layers[1].units: must be a whole number from 1 to "
               "65536, is \"z\"\n"
               "job.yaml:33: spec.training.batch.micro: must divide batch.global, but 128 is no "
               "multiple of 33\n");
}

static void what_is_not_a_mapping_is_told_in_one_line(void)
{
    static const char *const rows[][2] = {
        {"7", "job.yaml:1: must be an object, is 7\n"},
        {"# none\n- a", "job.yaml:2: must be an object, is a list of 1\n"},
        {"---\n", "job.yaml:2: must be an object, is null\n"},
        {"", "job.yaml: is empty\n"},
        {"a: [", "job.yaml:2:1: did not find expected node content while parsing a flow node\n"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        CLEAN(text) struct text report = {0};
        CLEAN(job) struct job job = {0};

        CU_ASSERT(load_text(rows[i][0], &job, &report) == 1);
        CHECK_TEXT(text_string(&report), rows[i][1]);
    }
}

static void settings_come_after_the_file_and_are_told_as_such(void)
{
    const char *sets[] = {"spec.replicas=2",
                          "spec.training.model.layers[0].units=64",
                          "spec.checkpoint={directory: c}"};
    struct load_source source = {
        .name = "job.yaml", .bytes = good, .size = strlen(good), .sets = sets, .set_count = 3};
    CLEAN(text) struct text report = {0};
    CLEAN(job) struct job job = {0};
    CLEAN(job) struct job none = {0};

    CU_ASSERT(load_job(&source, &job, &report) == 0);
    CU_ASSERT(job.replicas == 2 && job.training.model.layers[0].units == 64);
    CU_ASSERT(job.checkpoint.every_seconds == 60);
    sets[1] = "spec.training.epochs=none";
    sets[2] = "spec.checkpoint.keepLast=0";
    CU_ASSERT(load_job(&source, &none, &report) == 1);
    CHECK_TEXT(text_string(&report),
               "--set: spec.training.epochs: must be a whole number from 1 to 100000, is "
               "\"none\"\n"
               "--set: spec.checkpoint.keepLast: must be a whole number from 1 to 1000, is 0\n");
    sets[2] = "spec.x[3]=0";
    text_clear(&report);
    CU_ASSERT(load_job(&source, &none, &report) == 1);
    CHECK_TEXT(text_string(&report), "--set \"spec.x[3]=0\": [3] is beyond a sequence of 0\n");
}

static void where_only_native_jobs_run_others_are_refused(void)
{
    static const char foreign[] =
        "apiVersion: muster.dev/v1alpha1\n"
        "kind: TrainingJob\n"
        "metadata: {name: torch}\n"
        "spec:\n"
        "  template:\n"
        "    spec:\n"
        "      containers: [{name: trainer, image: torch, command: [train]}]\n";
    struct load_source source = {
        .name = "job.yaml", .bytes = foreign, .size = strlen(foreign), .native = true};
    CLEAN(text) struct text report = {0};
    CLEAN(job) struct job job = {0};

    CU_ASSERT(load_job(&source, &job, &report) == 1);
    CHECK_TEXT(text_string(&report),
               "job.yaml:4: spec.training: is missing; a job without it has another trainer\n");
    source.native = false;
    CU_ASSERT(load_job(&source, &job, &report) == 0);
    CU_ASSERT(!job.native && job.template != NULL);
}

static void what_is_printed_loads_to_the_same(void)
{
    CLEAN(text) struct text report = {0};
    CLEAN(text) struct text first = {0};
    CLEAN(text) struct text second = {0};
    CLEAN(job) struct job job = {0};
    CLEAN(job) struct job again = {0};

    CU_ASSERT(load_text(good, &job, &report) == 0);
    job_print(&job, &first);
    CU_ASSERT(load_text(first.data, &again, &report) == 0);
    job_print(&again, &second);
    CHECK_TEXT(second.data, first.data);
}

static void every_job_that_is_printed_loads_to_the_same(void)
{
    uint64_t random = check_seed();

    for (int i = 0; i < 200; i++) {
        CLEAN(text) struct text report = {0};
        CLEAN(text) struct text first = {0};
        CLEAN(text) struct text second = {0};
        CLEAN(job) struct job job = {0};
        CLEAN(job) struct job again = {0};

        random_job(&random, &job);
        job_print(&job, &first);
        CU_ASSERT(load_text(first.data, &again, &report) == 0);
        CHECK_TEXT(text_string(&report), "");
        job_print(&again, &second);
        CHECK_TEXT(second.data, first.data);
    }
}

static void the_reference_job_is_good(void)
{
    CLEAN(text) struct text bytes = {0};
    CLEAN(text) struct text report = {0};
    CLEAN(job) struct job job = {0};

    CU_ASSERT_FATAL(file_read("examples/digits.yaml", 65536, &bytes, NULL) == 0);
    CU_ASSERT(load_text(bytes.data, &job, &report) == 0);
    CHECK_TEXT(text_string(&report), "");
    CHECK_TEXT(job.name, "digits");
    CU_ASSERT(job_world(&job) == 4 && job.training.epochs == 5);
    CU_ASSERT(training_parameters(&job.training.model) == 785 * 1024 + 1025 * 512 + 513 * 10);
    CU_ASSERT(job.training.validation == EVERY_EPOCH && job.checkpoint.every_seconds == 15);
}

static int calls_left;

/* cJSON's malloc: NULL at the call that calls_left says. */
static void *malloc_counted(size_t size)
{
    return --calls_left ? malloc(size) : NULL;
}

static void every_failing_allocation_of_the_tree_is_told(void)
{
    const char *sets[] = {"spec.training.seed=8"};
    struct load_source source = {
        .name = "j", .bytes = good, .size = strlen(good), .sets = sets, .set_count = 1};
    cJSON_Hooks counted = {.malloc_fn = malloc_counted, .free_fn = free};
    int failures = 0;
    int outcome;

    cJSON_InitHooks(&counted);
    for (int k = 1;; k++) {
        CLEAN(text) struct text report = {0};
        CLEAN(job) struct job job = {0};

        calls_left = k;
        outcome = load_job(&source, &job, &report);
        if (calls_left > 0)
            break;
        failures++;
        CU_ASSERT(outcome == 1 && strstr(text_string(&report), "out of memory\n"));
    }
    cJSON_InitHooks(NULL);
    CU_ASSERT(outcome == 0 && failures > 100);
}

SUITE("job load",
      {"a good manifest becomes a job", a_good_manifest_becomes_a_job},
      {"each mistake is a line that says where and what",
       each_mistake_is_a_line_that_says_where_and_what},
      {"everything wrong is told at once", everything_wrong_is_told_at_once},
      {"what is not a mapping is told in one line", what_is_not_a_mapping_is_told_in_one_line},
      {"settings come after the file and are told as such",
       settings_come_after_the_file_and_are_told_as_such},
      {"where only native jobs run others are refused",
       where_only_native_jobs_run_others_are_refused},
      {"what is printed loads to the same", what_is_printed_loads_to_the_same},
      {"every job that is printed loads to the same", every_job_that_is_printed_loads_to_the_same},
      {"the reference job is good", the_reference_job_is_good},
      {"every failing allocation of the tree is told",
       every_failing_allocation_of_the_tree_is_told})
