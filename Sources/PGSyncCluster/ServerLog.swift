/// What the server and its tools said last.
enum ServerLog {
    private static let tailLength = 15

    /// The last lines of a text.
    static func tail(of text: String) -> [String] {
        text.split(separator: "\n").suffix(tailLength).map(String.init)
    }

    /// The last lines the server wrote since a time: first what it said before its own log was open.
    static func tail(in layout: ClusterLayout, since begin: Int = 0) -> [String] {
        let early = FileSystem.contents(of: layout.startLog) ?? ""
        let files = FileSystem.names(in: layout.log).map { name in
            let path = "\(layout.log)/\(name)"
            return (path: path, changed: FileSystem.entry(at: path)?.changed ?? 0)
        }
        let newest = files.filter { $0.changed >= begin }.max { $0.changed < $1.changed }
        return tail(of: early) + tail(of: newest.flatMap { FileSystem.contents(of: $0.path) } ?? "")
    }

    /// Whether these lines, or the disk itself, say that there is no room left.
    static func showsFullDisk(_ lines: [String], at path: String) -> Bool {
        let hardlyAnything: UInt64 = 1 << 20
        return lines.contains { $0.contains("No space left on device") || $0.contains("Disk quota exceeded") }
            || FileSystem.freeSpace(at: path).map { $0 < hardlyAnything } ?? false
    }
}
