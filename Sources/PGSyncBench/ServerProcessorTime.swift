import Files
import Glibc

/// The processor time that a server on this machine has used, with all its processes.
///
/// Rates on shared machines drift; this drifts less. It is read from `/proc`, in ticks of a hundredth of a second.
enum ServerProcessorTime {
    /// Of the server one of whose sessions has this process; nil where it is not to be seen from here.
    static func used(byServerOf session: Int32) -> Duration? {
        guard let postmaster = Process(session)?.parent else { return nil }
        // Whoever ends meanwhile goes from its own account to that of the postmaster, and is not counted twice.
        for _ in 0..<100 {
            guard let before = Process(postmaster), before.name == "postgres" else { return nil }
            let children = processes().compactMap(Process.init).filter { $0.parent == postmaster }
            guard let after = Process(postmaster) else { return nil }
            guard before.ofEnded == after.ofEnded else { continue }
            let ticks = children.reduce(after.own + after.ofEnded) { $0 + $1.own + $1.ofEnded }
            return .seconds(1) * ticks / sysconf(Int32(_SC_CLK_TCK))
        }
        return nil
    }

    /// What `/proc` says of a process.
    private struct Process {
        let name: Substring
        let parent: Int32
        /// Ticks of its own.
        let own: Int
        /// Ticks of children that have ended, and theirs.
        let ofEnded: Int

        init?(_ id: Int32) {
            // The name may contain anything, so it is what is between the first and the last parenthesis.
            guard let text = contents(of: "/proc/\(id)/stat"), let start = text.firstIndex(of: "("),
                let end = text.lastIndex(of: ")")
            else { return nil }
            let words = text[text.index(after: end)...].split(separator: " ")
            guard words.count > 14, let parent = Int32(words[1]), let user = Int(words[11]),
                let system = Int(words[12]), let endedUser = Int(words[13]), let endedSystem = Int(words[14])
            else { return nil }
            name = text[text.index(after: start)..<end]
            self.parent = parent
            own = user + system
            ofEnded = endedUser + endedSystem
        }
    }

    private static func processes() -> [Int32] {
        guard let directory = unsafe opendir("/proc") else { return [] }
        defer { unsafe closedir(directory) }
        var ids: [Int32] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let id = Int32(name) { ids.append(id) }
        }
        return ids
    }

    private static func contents(of path: String) -> String? {
        // A line of numbers and one short name.
        guard let bytes = try? OpenFile(path).read(upTo: 4_096), !bytes.isEmpty else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
