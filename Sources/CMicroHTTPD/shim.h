#include <microhttpd.h>
#include <string.h>

// Variadic functions, which Swift does not call.

// Leaves a path as it was sent: decoded, one with %00 in it would look like a shorter one.
static inline size_t mhd_keep_escapes(void *context, struct MHD_Connection *connection, char *text)
{
    return strlen(text);
}

// What the library says is about broken clients; it would say it to standard error.
static inline void mhd_log_nothing(void *context, const char *format, va_list arguments) {}

struct mhd_settings {
    int listening_socket;
    unsigned int most_connections;
    unsigned int idle_seconds;
    size_t connection_memory;
    // PEM; no TLS without them. They must outlive the daemon.
    const char *certificate;
    const char *private_key;
};

// Takes the listening socket over, and closes it also when it fails.
static inline struct MHD_Daemon *mhd_start(
    const struct mhd_settings *settings,
    MHD_AccessHandlerCallback answer,
    void *(*note_target)(void *, const char *, struct MHD_Connection *),
    MHD_RequestCompletedCallback complete,
    MHD_NotifyConnectionCallback note,
    void *context)
{
    unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)settings->certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)settings->private_key},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)"SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"},
        {MHD_OPTION_END, 0, NULL}};
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    if (settings->certificate != NULL)
        flags |= MHD_USE_TLS;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, answer, context,
        MHD_OPTION_EXTERNAL_LOGGER, mhd_log_nothing, NULL,
        MHD_OPTION_LISTEN_SOCKET, settings->listening_socket,
        MHD_OPTION_CONNECTION_LIMIT, settings->most_connections,
        MHD_OPTION_CONNECTION_TIMEOUT, settings->idle_seconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, settings->connection_memory,
        // Strict, release 0.9.75 sends the headers of its refusal twice where Host is missing: we look for it.
        MHD_OPTION_STRICT_FOR_CLIENT, 0,
        MHD_OPTION_UNESCAPE_CALLBACK, mhd_keep_escapes, NULL,
        MHD_OPTION_URI_LOG_CALLBACK, note_target, context,
        MHD_OPTION_NOTIFY_COMPLETED, complete, context,
        MHD_OPTION_NOTIFY_CONNECTION, note, context,
        MHD_OPTION_ARRAY, settings->certificate != NULL ? tls : none,
        MHD_OPTION_END);
}

// How many connections a daemon has.
static inline unsigned int mhd_connections(struct MHD_Daemon *daemon)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
    return info == NULL ? 1 : info->num_connections;
}

static inline int mhd_descriptor(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info == NULL ? -1 : info->connect_fd;
}

// Here, because whether Swift sees the constants of sockets depends on which module it loads first.
static inline void mhd_cut(int descriptor)
{
    (void)shutdown(descriptor, SHUT_RDWR);
}

static inline void mhd_limit_send_buffer(int descriptor, int size)
{
    (void)setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

// Macros with casts, which Swift does not import.
static const uint64_t mhd_size_unknown = MHD_SIZE_UNKNOWN;
static const ssize_t mhd_end_of_stream = MHD_CONTENT_READER_END_OF_STREAM;
static const ssize_t mhd_broken_stream = MHD_CONTENT_READER_END_WITH_ERROR;
