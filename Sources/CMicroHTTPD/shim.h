#include <microhttpd.h>
#include <string.h>

// Variadic functions, which Swift does not call.

// Leaves a path as it was sent: decoded, one with %00 in it would look like a shorter one.
static inline size_t mhd_keep_escapes(void *context, struct MHD_Connection *connection, char *text)
{
    return strlen(text);
}

// Takes the listening socket over when it succeeds.
static inline struct MHD_Daemon *mhd_start(
    int listening_socket,
    unsigned int most_connections,
    unsigned int idle_seconds,
    size_t connection_memory,
    MHD_AccessHandlerCallback answer,
    MHD_NotifyConnectionCallback note,
    void *context)
{
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer, context,
        MHD_OPTION_LISTEN_SOCKET, listening_socket,
        MHD_OPTION_CONNECTION_LIMIT, most_connections,
        MHD_OPTION_CONNECTION_TIMEOUT, idle_seconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, connection_memory,
        // Strict, release 0.9.75 sends the headers of its refusal twice where Host is missing: we look for it.
        MHD_OPTION_STRICT_FOR_CLIENT, 0,
        MHD_OPTION_UNESCAPE_CALLBACK, mhd_keep_escapes, NULL,
        MHD_OPTION_NOTIFY_CONNECTION, note, context,
        MHD_OPTION_END);
}

static inline int mhd_descriptor(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info == NULL ? -1 : info->connect_fd;
}
