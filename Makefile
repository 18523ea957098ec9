# Muster. `make help` lists the targets.
#
# Variables: SANITIZE=address,undefined|thread   CC=gcc|clang-19   V=1   JOBS=n
# Objects go to build/<flavour>/; nothing is written outside build/ and .deps/.

SHELL := /bin/bash
.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules --no-print-directory
JOBS ?= $(shell nproc)
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) $(2))

# --- flavours ----------------------------------------------------------------------------------
comma := ,
CC := $(if $(filter default,$(origin CC)),gcc,$(CC))
COMPILER := $(if $(findstring clang,$(CC)),clang,gcc)
SANITIZE ?=
ifeq ($(SANITIZE),)
FLAVOUR := $(if $(filter clang,$(COMPILER)),clang,release)
else
FLAVOUR := $(subst $(comma),-,$(SANITIZE))$(if $(filter clang,$(COMPILER)),-clang)
endif
B := build/$(FLAVOUR)

WARN := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wvla -Wformat=2 -fno-common -Werror \
	$(if $(filter gcc,$(COMPILER)),-Wimplicit-fallthrough=5,-Wimplicit-fallthrough)
HARDEN := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fcf-protection
OPTIMISE := -O2 -g -fno-strict-aliasing -fno-math-errno
ifneq ($(SANITIZE),)
HARDEN := -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
OPTIMISE := -O1 -g -fno-strict-aliasing
endif
CFLAGS := -std=c17 -D_GNU_SOURCE -pthread $(OPTIMISE) $(HARDEN) $(WARN)
LDFLAGS := -pthread -Wl,--as-needed -Wl,-z,relro -Wl,-z,now \
	$(if $(SANITIZE),-fsanitize=$(SANITIZE))
PIE := $(if $(SANITIZE),,-fPIE)

# --- layers: what each component may include -----------------------------------------------------
LAYERS_base := base
LAYERS_wire := wire base
LAYERS_job := job base
LAYERS_kube := kube base
LAYERS_agent := agent wire base
LAYERS_trainer := trainer job wire base
LAYERS_controller := controller job kube wire base
LAYERS_cli := cli controller job kube wire base
COMPONENTS := base wire job kube agent trainer controller cli
LIBRARIES := base wire job kube

dir_of = $(if $(filter $(1),$(LIBRARIES)),lib/$(1),$(1))
sources = $(shell find $(call dir_of,$(1)) -name '*.c' ! -name main.c | LC_ALL=C sort)
objects = $(patsubst %.c,$(B)/%.o,$(call sources,$(1)))
$(foreach c,$(COMPONENTS),$(eval OBJECTS_$(c) := $(call objects,$(c))))
PROTO_C := build/gen/wire/muster.pb-c.c
OBJECTS_wire += $(B)/gen/muster.pb-c.o

ALL_C := $(shell find lib agent trainer controller cli tests -name '*.c' | LC_ALL=C sort)
ALL_H := $(shell find lib agent trainer controller cli tests -name '*.h' | LC_ALL=C sort)

# --- dependencies --------------------------------------------------------------------------------
DEPS := build/deps.stamp
.PHONY: deps
deps: $(DEPS) ## install what is missing (Debian packages, as root)
$(DEPS): scripts/deps.sh scripts/debian.txt
	$(Q)scripts/deps.sh
	$(Q)mkdir -p build && touch $@

# Folders of links, so that "agent/lead.h" is no such file to the trainer.
FARM := build/include/.stamp
$(FARM): Makefile
	$(Q)rm -rf build/include && mkdir -p build/include
	$(Q)$(foreach c,$(COMPONENTS),mkdir -p build/include/$(c);$(foreach l,$(LAYERS_$(c)), \
		ln -s ../../../$(call dir_of,$(l)) build/include/$(c)/$(l);))
	$(Q)mkdir -p build/include/tests; $(foreach l,$(COMPONENTS), \
		ln -s ../../../$(call dir_of,$(l)) build/include/tests/$(l);) \
		ln -s ../../../tests/support build/include/tests/support
	$(Q)rm build/include/cli/controller && mkdir build/include/cli/controller && \
		ln -s ../../../../controller/directory.h build/include/cli/controller/directory.h
	$(Q)touch $@

$(PROTO_C): lib/wire/muster.proto $(DEPS)
	$(call say,PROTO,$@)
	$(Q)mkdir -p build/gen/wire
	$(Q)protoc-c --c_out=build/gen/wire --proto_path=lib/wire muster.proto

OPENBLAS := /usr/lib/$(shell uname -m)-linux-gnu/openblas-serial
INCLUDE_wire := -isystem build/gen
INCLUDE_trainer := -isystem /usr/include/$(shell uname -m)-linux-gnu/openblas-serial -isystem build/gen
INCLUDE_agent := -isystem build/gen
INCLUDE_controller := -isystem build/gen
INCLUDE_cli := -isystem build/gen

# compile,component: the rule for the component's objects
define compile_rule
$(B)/$(call dir_of,$(1))/%.o: $(call dir_of,$(1))/%.c $(FARM) $(DEPS) $(PROTO_C)
	$$(call say,CC,$$<)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC) $$(CFLAGS) $(PIE) -Ibuild/include/$(1) $(INCLUDE_$(1)) -MD -MP -c $$< -o $$@
endef
$(foreach c,$(COMPONENTS),$(eval $(call compile_rule,$(c))))

$(B)/gen/muster.pb-c.o: $(PROTO_C)
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=c17 -O2 -g -w $(PIE) $(if $(SANITIZE),-fsanitize=$(SANITIZE)) -c $< -o $@

# --- programs ------------------------------------------------------------------------------------
# Everything but the main files is in one archive, from which each program takes what it uses.
ARCHIVE := $(B)/libmuster.a
$(ARCHIVE): $(foreach c,$(COMPONENTS),$(OBJECTS_$(c)))
	$(Q)rm -f $@ && ar rcsD $@ $^

LIBS_static = $(shell pkg-config --static --libs grpc libprotobuf-c) -lstdc++ -lhttp_parser -lyaml -lm
LIBS_grpc = $(shell pkg-config --libs grpc libprotobuf-c) -lgpr
LIBS_trainer = $(OPENBLAS)/libopenblas.a -lisal -lcjson -lyaml -lz -lm
LIBS = $(LIBS_grpc) $(LIBS_trainer) -lcurl -lcjose -lcrypto -lhttp_parser

# gRPC sizes its thread pool by the processors of the host; the wrapper answers two (wire/rpc.c).
LINK_grpc := -Wl,--wrap=sysconf -Wl,-u,__wrap_sysconf

# The agent runs in any image: one static file. The linker's notes on names that a static program
# looks up at run time do not concern it: it dials numeric addresses only.
$(B)/muster-agent: $(B)/agent/main.o $(ARCHIVE)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) $(if $(SANITIZE),,-static) $^ $(LINK_grpc) -Wl,--gc-sections \
		$(if $(SANITIZE),$(LIBS),$(LIBS_static)) -o $@ \
		2> >(grep -v -E "statically linked applications|in function .*:$$" >&2)

$(B)/muster-trainer: $(B)/trainer/main.o $(ARCHIVE)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) $(if $(SANITIZE),,-pie) $^ -Wl,--gc-sections $(LIBS) -o $@

$(B)/muster: $(B)/cli/main.o $(ARCHIVE)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) $(if $(SANITIZE),,-pie) $^ $(LINK_grpc) -Wl,--gc-sections $(LIBS) -o $@

# gRPC in it is static, which saves 3.5 MiB of resident memory and most of the image.
LIBS_controller = -Wl,-Bstatic $(filter-out $(addprefix -l,ssl crypto dl pthread rt m z c), \
	$(shell pkg-config --static --libs grpc libprotobuf-c)) -lhttp_parser -lyaml -lstdc++ \
	-Wl,-Bdynamic -lcurl -lcjose -lssl -lcrypto -lcjson -lz -lm
$(B)/muster-controller: $(B)/controller/main.o $(ARCHIVE)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) $(if $(SANITIZE),,-pie) $^ $(LINK_grpc) -Wl,--gc-sections \
		$(if $(SANITIZE),$(LIBS),$(LIBS_controller)) -o $@

# For trainers of others: one object and its header, under the names that they are installed by.
KIT := $(B)/kit
$(KIT)/libmuster.a: $(B)/lib/wire/libmuster.o lib/wire/libmuster.h
	$(Q)mkdir -p $(@D)
	$(Q)rm -f $@ && ar rcsD $@ $< && cp lib/wire/libmuster.h $(@D)
$(KIT)/%: examples/link/%.c $(KIT)/libmuster.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) -I$(KIT) $< $(LDFLAGS) -L$(KIT) -lmuster -o $@

PROGRAMS := $(addprefix $(B)/muster,-agent -controller -trainer) $(B)/muster
.PHONY: build programs
build: $(DEPS) ## build the programs into build/<flavour>/
	$(Q)$(MAKE) -j$(JOBS) programs
programs: $(PROGRAMS) $(KIT)/libmuster.a

.PHONY: demo
demo: build ## train on this machine, kill a rank and an agent, see them repaired
	$(Q)scripts/demo.sh $(B)

# --- tests -----------------------------------------------------------------------------------------
$(B)/tests/%.o: tests/%.c $(FARM) $(DEPS) $(PROTO_C)
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(PIE) -Ibuild/include/tests $(INCLUDE_trainer) -MD -MP -c $< -o $@

tests_in = $(patsubst %.c,$(B)/%.o,$(shell find $(1) -name '*.c' 2>/dev/null | LC_ALL=C sort))
SUPPORT := $(call tests_in,tests/support)
WRAP := $(addprefix -Wl$(comma)--wrap=,$(shell cat tests/support/wrapped.txt))

# One program a component, which mirrors the tree.
UNITS := $(foreach c,$(COMPONENTS),$(if $(wildcard tests/unit/$(call dir_of,$(c))),$(c)))
define unit_rule
$(B)/unit-$(1): $(call tests_in,tests/unit/$(call dir_of,$(1))) $(SUPPORT) $(ARCHIVE)
	$$(call say,LINK,$$@)
	$$(Q)$$(CC) $$(LDFLAGS) $$^ $$(WRAP) $$(LIBS) -lcunit -o $$@
endef
$(foreach c,$(UNITS),$(eval $(call unit_rule,$(c))))

# Measured by hand and by `make bench`, never a verdict: build/release/bench-comm --help.
$(B)/bench-%: $(B)/tests/bench/bench_%.o $(B)/tests/bench/quantile.o $(ARCHIVE)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) $(if $(SANITIZE),,-pie) $^ $(LIBS) -o $@

# One program a measurement; tables go to standard output, JSON to build/bench/.
.PHONY: bench bench-spine bench-cluster-spine bench-parts bench-recovery bench-goodput bench-rank
bench: bench-parts bench-spine ## every measurement; the machine should be idle
bench-spine: $(DEPS) ## what a repair takes and what the agents cost, build/bench/spine.json
	$(Q)$(MAKE) -j$(JOBS) programs $(B)/bench-spine
	$(Q)mkdir -p build/bench
	$(Q)$(B)/bench-spine
bench-cluster-spine: plane images ## the same on a cluster, build/bench/cluster-spine.json (as root)
	$(Q)ARCHIVES="$(ARCHIVES)" PATIENCE=900 timeout --kill-after=30 1200 tests/e2e/run.sh bench_spine
bench-recovery: bench-rank ## repairs beside torchrun's, RUNS (20), TORCH_RUNS (3): build/bench/recovery.json
	$(Q)tests/bench/recovery/torch.sh
	$(Q)python3 -B tests/bench/recovery --runs $(or $(RUNS),20) --torch-runs $(or $(TORCH_RUNS),3) $(PARTS)
bench-goodput: bench-rank ## MINUTES (20) with a fault every 30 s, build/bench/goodput.json
	$(Q)python3 -B tests/bench/recovery --minutes $(or $(MINUTES),20) --output build/bench/goodput.json goodput
bench-rank: $(DEPS)
	$(Q)$(MAKE) -j$(JOBS) programs $(B)/bench-stamp
bench-parts: $(DEPS) ## collectives, checkpoints and steps by themselves
	$(Q)$(MAKE) -j$(JOBS) $(B)/bench-comm $(B)/bench-checkpoint $(B)/bench-step
	$(Q)for b in comm checkpoint step; do $(B)/bench-$$b || exit 1; done

.PHONY: units
units: $(foreach c,$(UNITS),$(B)/unit-$(c))

# The simulator: the real machines under virtual time. make sim SCHEDULES=100000; SEED=n replays one.
# Each mutant is a witness that is built wrong and must be found out.
SCHEDULES ?= 2000
$(B)/sim: $(call tests_in,tests/sim) $(ARCHIVE)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) $^ $(LIBS) -o $@
.PHONY: sim
sim: $(DEPS) ## play SCHEDULES seeded schedules of the membership machines
	$(Q)$(MAKE) -j$(JOBS) $(B)/sim
	$(Q)$(B)/sim --seeds tests/sim/seeds.txt --schedules $(SCHEDULES)
	$(Q)for mutant in forgets hasty blind; do $(B)/sim --mutant $$mutant --schedules 20000 || exit 1; done

LONG ?= 1000000
.PHONY: sim-long
sim-long: $(DEPS) ## play LONG schedules on all processors, build/sim-long.txt
	$(Q)$(MAKE) -j$(JOBS) $(B)/sim
	$(Q)set -o pipefail; $(B)/sim --seeds tests/sim/seeds.txt --schedules $(LONG) \
		--processors $(JOBS) --progress 100000 | tee build/sim-long.txt

# Each way to break the machines must be caught. make mutants MUTANTS="03 17" tries some.
MUTANTS ?=
MUTANT_SCHEDULES ?= 100000
.PHONY: mutants
mutants: $(DEPS) ## break the machines, one rule at a time: the simulator must see it
	$(Q)$(MAKE) -j$(JOBS) $(B)/sim
	$(Q)COMPILE="$(CC) $(CFLAGS) -w -DNDEBUG -Ibuild/include/tests $(INCLUDE_agent) -c" \
		LINK="$(CC) $(LDFLAGS) $(call tests_in,tests/sim)" LIBS="$(ARCHIVE) $(LIBS)" \
		OUT=$(B)/mutants JOBS=$(JOBS) SCHEDULES=$(MUTANT_SCHEDULES) tests/sim/mutants.sh $(MUTANTS)

# The model of membership: every state of the small jobs, and every mutant; tests/model/README.md.
.PHONY: model test-long
model: $(DEPS) ## check the model of membership, and that its mutants are caught
	$(Q)JOBS=$(JOBS) tests/model/run.sh exhaustive
	$(Q)JOBS=$(JOBS) tests/model/run.sh mutants
test-long: build ## no false alarms in CALM (30) minutes; the model of larger jobs, MINUTES (10) a run
	$(Q)tests/long/calm.sh $(or $(CALM),30)
	$(Q)JOBS=$(JOBS) tests/model/run.sh versions
	$(Q)JOBS=$(JOBS) tests/model/run.sh bitstate

# Real processes: the release programs, run as a user runs them.
$(B)/integration: $(call tests_in,tests/integration) $(SUPPORT) $(ARCHIVE)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) $^ $(WRAP) $(LIBS) -lcunit -o $@
.PHONY: integration
integration: $(DEPS) ## run real jobs, kill things, look at what comes out
	$(Q)$(MAKE) -j$(JOBS) programs $(B)/integration $(KIT)/sum
	$(Q)MUSTER_BIN=$(CURDIR)/$(B) $(B)/integration $(SUITE)

# The same, each slot on a machine of its own: a network namespace; tests/nodes/README.md.
$(B)/nodes: $(call tests_in,tests/nodes) $(B)/tests/integration/play.o $(SUPPORT) $(ARCHIVE)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) $^ $(WRAP) $(LIBS) -lcunit -o $@
.PHONY: nodes
nodes: $(DEPS) ## run real jobs over a network that is disturbed (as root)
	$(Q)$(MAKE) -j$(JOBS) programs $(B)/nodes
	$(Q)MUSTER_BIN=$(CURDIR)/$(B) tests/nodes/run.sh $(B)/nodes $(SUITE)

# Images, from the release programs and without a daemon; one name a target of the Dockerfile.
IMAGES := agent controller trainer
ARCHIVES := $(patsubst %,build/images/%.tar,pause $(IMAGES))
.PHONY: images
images: $(DEPS) ## build the images as archives into build/images/
	$(Q)$(MAKE) -j$(JOBS) SANITIZE= CC=gcc build/images/stamp
build/images/stamp: $(patsubst %,$(B)/muster-%,$(IMAGES)) build/images/roots/pause/pause Dockerfile \
		.dockerignore tests/plane/pause/Dockerfile scripts/image-roots.sh scripts/images.sh
	$(Q)scripts/image-roots.sh $(B) build/images/roots
	$(Q)scripts/images.sh pause $(IMAGES)
	$(Q)touch $@
build/images/roots/pause/pause: tests/plane/pause/pause.c
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -static -s $< -o $@

# A real Kubernetes, see tests/plane/README.md. The link leads to what is kept in .deps/.
.PHONY: plane
plane: $(DEPS) ## build the Kubernetes of the tests (minutes the first time, then kept)
	$(Q)JOBS=$(JOBS) tests/plane/build.sh build/plane

.PHONY: cluster-up cluster-down e2e
cluster-up: plane images ## start a Kubernetes with the images in it; prints its kubeconfig (as root)
	$(Q)build/plane up $(addprefix --image=,$(ARCHIVES))
cluster-down: ## end it; only its logs stay
	$(Q)build/plane down
# Some of them have PyTorch as their trainer: an image of a gigabyte, built once and kept in .deps/.
TORCH := $(if $(filter torch torch_link,$(or $(E2E),torch)),build/images/torch.tar)
e2e: plane images build ## run the tests that need a cluster, on one of their own (as root)
	$(Q)$(if $(TORCH),tests/e2e/torch/image.sh $(TORCH))
	$(Q)ARCHIVES="$(ARCHIVES) $(TORCH)" timeout --kill-after=30 900 tests/e2e/run.sh $(E2E)

# make fuzz FUZZ_SECONDS=60 [FUZZ=name]: every parser of outside input, from its corpus.
FUZZ_SECONDS ?= 10
FUZZ ?= $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
$(B)/fuzz-%: $(B)/tests/fuzz/fuzz_%.o $(ARCHIVE)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -fsanitize=fuzzer $^ $(LIBS) -o $@
.PHONY: fuzz fuzz-run
fuzz: $(DEPS) ## run each fuzz target for FUZZ_SECONDS from its corpus
	$(Q)$(MAKE) -j$(JOBS) CC=clang-19 SANITIZE=fuzzer-no-link,address,undefined fuzz-run
fuzz-run: $(foreach f,$(FUZZ),$(B)/fuzz-$(f))
	$(Q)for f in $(FUZZ); do tests/fuzz/run.sh $(B)/fuzz-$$f $$f $(FUZZ_SECONDS) || exit 1; done

.PHONY: unit
unit: $(DEPS) ## unit and golden tests under AddressSanitizer, UBSan and LeakSanitizer
	$(Q)$(MAKE) -j$(JOBS) SANITIZE=address,undefined units
	$(Q)$(MAKE) SANITIZE=address,undefined unit-run

export ASAN_OPTIONS := detect_leaks=1:allocator_may_return_null=1:detect_odr_violation=0
export UBSAN_OPTIONS := print_stacktrace=1
.PHONY: unit-run
unit-run: $(foreach c,$(UNITS),$(B)/unit-$(c))
	$(Q)for c in $(UNITS); do $(B)/unit-$$c || exit 1; done

# --- manifests -------------------------------------------------------------------------------------
# The pod in the CRD is made from the types of k8s.io/api, by a program in Go.
build/gen/crd.yaml: scripts/crd/trainingjob.yaml $(wildcard scripts/crd/*.go) scripts/crd/go.mod scripts/crd/go.sum
	$(call say,CRD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)cd scripts/crd && go run . trainingjob.yaml >$(CURDIR)/$@
.PHONY: manifests manifests-check
manifests: build/gen/crd.yaml ## make manifests/crd.yaml anew (needs Go)
	$(Q)cp $< manifests/crd.yaml
manifests-check: build/gen/crd.yaml ## whether manifests/crd.yaml is what `make manifests` makes
	$(Q)cmp $< manifests/crd.yaml

# Suites with threads under ThreadSanitizer: a component and a part of the suites' names a line.
THREADED := tests/support/threaded.txt
.PHONY: tsan tsan-run
tsan: $(DEPS) ## unit tests with threads under ThreadSanitizer
	$(Q)$(MAKE) -j$(JOBS) SANITIZE=thread $(patsubst %,build/thread/unit-%,$(sort $(shell cut -d' ' -f1 $(THREADED))))
	$(Q)$(MAKE) SANITIZE=thread tsan-run
tsan-run:
	$(Q)while read -r component suites; do $(B)/unit-$$component "$$suites" || exit 1; done <$(THREADED)

# --- gates -----------------------------------------------------------------------------------------
.PHONY: format format-check lint tidy
format: ## rewrite the sources in the project's format
	$(Q)clang-format-19 -i $(ALL_C) $(ALL_H)
format-check: $(DEPS)
	$(call say,FORMAT,$(words $(ALL_C) $(ALL_H)) files)
	$(Q)clang-format-19 --dry-run -Werror $(ALL_C) $(ALL_H)
lint: $(DEPS) ## limits, layers, pure files, words, commit messages
	$(call say,LINT,tests/lint)
	$(Q)tests/lint/limits.sh
	$(Q)tests/lint/pure.sh
	$(Q)tests/lint/manifests.sh
	$(Q)tests/lint/commits.sh
	$(Q)mandoc -Tlint -Wwarning docs/man/*
.PHONY: symbols
symbols: $(ARCHIVE) ## no two objects define the same name
	$(call say,LINT,$<)
	$(Q)tests/lint/symbols.sh $<

# One stamp a file, so that an unchanged file is not read again.
TIDY_STAMPS := $(patsubst %.c,build/tidy/%.stamp,$(ALL_C))
component_of = $(firstword $(foreach c,$(COMPONENTS),$(if $(filter $(call dir_of,$(c))/%,$(1)),$(c))) tests)
build/tidy/%.stamp: %.c .clang-tidy $(FARM) $(PROTO_C)
	$(call say,TIDY,$<)
	$(Q)mkdir -p $(@D)
	$(Q)clang-tidy-19 --quiet --warnings-as-errors='*' $< -- -std=c17 -D_GNU_SOURCE -Ibuild/include/$(call component_of,$<) \
		$(INCLUDE_trainer) 2> >(grep -v 'warnings generated\|Suppressed\|Use -header-filter' >&2)
	$(Q)touch $@
tidy: $(DEPS) ## clang-tidy over every file
	$(Q)$(MAKE) -j$(JOBS) tidy-all
.PHONY: tidy-all
tidy-all: $(TIDY_STAMPS)

.PHONY: check
check: $(DEPS) ## everything that needs no cluster, fastest first
	$(Q)$(MAKE) format-check
	$(Q)$(MAKE) lint
	$(Q)$(MAKE) build
	$(Q)$(MAKE) symbols
	$(Q)$(MAKE) -j$(JOBS) CC=clang-19 objects
	$(Q)$(MAKE) unit
	$(Q)$(MAKE) tsan
	$(Q)$(MAKE) sim
	$(Q)$(MAKE) mutants
	$(Q)$(MAKE) tidy
	$(Q)$(MAKE) fuzz

.PHONY: test
test: check ## check, then the model, real jobs on this machine and on a cluster: what CI runs
	$(Q)$(MAKE) model
	$(Q)$(MAKE) integration
	$(Q)$(MAKE) nodes
	$(Q)$(MAKE) manifests-check
	$(Q)$(MAKE) e2e

.PHONY: objects
objects: $(ARCHIVE)

PREFIX ?= /usr/local
.PHONY: install
install: build ## install programs, library and man pages below DESTDIR/PREFIX
	$(Q)install -d $(addprefix $(DESTDIR)$(PREFIX)/,bin include lib share/muster $(addprefix share/man/man,1 3 5 8))
	$(Q)install -s $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin
	$(Q)install -m 644 lib/wire/libmuster.h $(DESTDIR)$(PREFIX)/include
	$(Q)install -m 644 $(KIT)/libmuster.a $(DESTDIR)$(PREFIX)/lib
	$(Q)install -m 644 python/muster.py $(DESTDIR)$(PREFIX)/share/muster
	$(Q)install -m 644 docs/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1
	$(Q)install -m 644 docs/man/*.3 $(DESTDIR)$(PREFIX)/share/man/man3
	$(Q)install -m 644 docs/man/*.5 $(DESTDIR)$(PREFIX)/share/man/man5
	$(Q)install -m 644 docs/man/*.8 $(DESTDIR)$(PREFIX)/share/man/man8

.PHONY: clean help
clean: ## remove build/
	rm -rf build
help: ## this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 20

-include $(shell find $(B) -name '*.d' 2>/dev/null)
