/* See the header. */
#include "swiftbuf_array_formats.h"

#include <stddef.h>

void *swiftbuf_array_formats_head = NULL;
