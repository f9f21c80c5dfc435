#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
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
    // Who signs certificates that clients are asked for; none are asked for without.
    const char *authorities;
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
    struct MHD_OptionItem asking[] = {
        {MHD_OPTION_HTTPS_MEM_TRUST, 0, (void *)settings->authorities},
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
        MHD_OPTION_ARRAY, settings->authorities != NULL ? asking : none,
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

// Whether a text (PEM) has certificates, and all of them are understood.
static inline int mhd_understands_authorities(const char *text)
{
    gnutls_x509_trust_list_t list;
    if (gnutls_x509_trust_list_init(&list, 0) < 0)
        return 0;
    const gnutls_datum_t data = {(unsigned char *)text, (unsigned int)strlen(text)};
    int count = gnutls_x509_trust_list_add_trust_mem(list, &data, NULL, GNUTLS_X509_FMT_PEM, 0, 0);
    gnutls_x509_trust_list_deinit(list, 1);
    return count > 0;
}

enum mhd_certificate_state {
    mhd_certificate_none,
    mhd_certificate_good,
    mhd_certificate_expired,
    mhd_certificate_not_yet_valid,
    // Not for clients of TLS.
    mhd_certificate_other_purpose,
    // Not signed by the authorities.
    mhd_certificate_unknown,
    // Without one common name.
    mhd_certificate_nameless
};

// What the certificate is worth that the client of a connection has shown, now; with its common name if it is good.
static inline enum mhd_certificate_state mhd_certificate_name(
    struct MHD_Connection *connection, char *name, size_t size)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    if (info == NULL || info->tls_session == NULL)
        return mhd_certificate_none;
    gnutls_session_t session = (gnutls_session_t)info->tls_session;
    unsigned int count = 0;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &count);
    if (chain == NULL || count == 0)
        return mhd_certificate_none;
    gnutls_typed_vdata_st purpose = {
        GNUTLS_DT_KEY_PURPOSE_OID, (unsigned char *)GNUTLS_KP_TLS_WWW_CLIENT, 0};
    unsigned int status = 0;
    if (gnutls_certificate_verify_peers(session, &purpose, 1, &status) < 0)
        return mhd_certificate_unknown;
    // What is wrong with the signature counts before the time.
    const unsigned int of_time = GNUTLS_CERT_EXPIRED | GNUTLS_CERT_NOT_ACTIVATED;
    if ((status & ~(of_time | GNUTLS_CERT_PURPOSE_MISMATCH | GNUTLS_CERT_INVALID)) != 0)
        return mhd_certificate_unknown;
    if ((status & GNUTLS_CERT_PURPOSE_MISMATCH) != 0)
        return mhd_certificate_other_purpose;
    if ((status & GNUTLS_CERT_EXPIRED) != 0)
        return mhd_certificate_expired;
    if ((status & GNUTLS_CERT_NOT_ACTIVATED) != 0)
        return mhd_certificate_not_yet_valid;
    if (status != 0)
        return mhd_certificate_unknown;

    gnutls_x509_crt_t own;
    if (gnutls_x509_crt_init(&own) < 0)
        return mhd_certificate_unknown;
    enum mhd_certificate_state state = mhd_certificate_nameless;
    char second[1];
    size_t length = size, more = sizeof second;
    if (gnutls_x509_crt_import(own, &chain[0], GNUTLS_X509_FMT_DER) >= 0
        && gnutls_x509_crt_get_dn_by_oid(own, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &length) >= 0
        // A zero in it would end it early, and of two names one would be overlooked.
        && strlen(name) == length
        && gnutls_x509_crt_get_dn_by_oid(own, GNUTLS_OID_X520_COMMON_NAME, 1, 0, second, &more)
            == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
        state = mhd_certificate_good;
    gnutls_x509_crt_deinit(own);
    return state;
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
