/* What kind of thing has failed. */
#include "wire/fault_class.h"

#include "support/check.h"

static void every_cause_has_a_class(void)
{
    for (uint32_t cause = CAUSE_NONE + 1; cause < CAUSES; cause++)
        CU_ASSERT(*fault_class_name(fault_class_of((enum cause)cause)) != '\0');
    CU_ASSERT(fault_class_of(CAUSE_NONE) == FAULT_CLASS_UNKNOWN);
}

static void every_class_has_a_name(void)
{
    for (uint32_t class = FAULT_CLASS_UNKNOWN + 1; class < FAULT_CLASSES; class ++)
        CU_ASSERT(*fault_class_name(class) != '\0');
    CHECK_TEXT(fault_class_name(FAULT_CLASS_UNKNOWN), "");
    CHECK_TEXT(fault_class_name(FAULT_CLASSES), "");
    CHECK_TEXT(fault_class_name(FAULT_CLASS_USER_CODE), "UserCode");
    CHECK_TEXT(fault_class_name(FAULT_CLASS_DATA), "Data");
}

SUITE("wire fault class",
      {"every cause has a class", every_cause_has_a_class},
      {"every class has a name", every_class_has_a_name})
