#include <zlib.h>

// Macros that name the version and size, which Swift does not import. 16 more bits of window mean gzip.
static inline int zlib_begin_gzip(z_stream *stream, int level)
{
    return deflateInit2(stream, level, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
}

static inline int zlib_begin_gunzip(z_stream *stream)
{
    return inflateInit2(stream, MAX_WBITS + 16);
}
