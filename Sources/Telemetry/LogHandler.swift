/// Something that takes log records, such as a stream or a test double.
///
/// A handler is called from many threads at once and must neither throw nor wait for long: a worker must not
/// fail because its log does.
public protocol LogHandler: Sendable {
    /// Takes one record.
    func handle(_ record: LogRecord)
}
