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
            return duration(children.reduce(after.own + after.ofEnded) { $0 + $1.own + $1.ofEnded })
        }
        return nil
    }

    /// Of one process that is no server; nil if there is none.
    static func used(by process: Int32) -> Duration? { Process(process).map { duration($0.own) } }

    private static func duration(_ ticks: Int) -> Duration {
        .seconds(1) * ticks / sysconf(Int32(_SC_CLK_TCK))
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

    static func contents(of path: String) -> String? {
        // The longest of these has some sixty short lines.
        guard let bytes = try? OpenFile(path).read(upTo: 4_096), !bytes.isEmpty else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// What a process of this machine has used.
enum ProcessUsage {
    /// The most memory that it has had at a time; nil if it has ended.
    static func peakKibibytes(of process: Int32) -> Int? {
        guard let text = ServerProcessorTime.contents(of: "/proc/\(process)/status"),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") })
        else { return nil }
        return line.split(whereSeparator: { " \t".contains($0) }).compactMap { Int($0) }.first
    }

    /// Processor time of all children that have ended and were waited for.
    static var ofEndedChildren: Duration {
        var usage = rusage()
        guard unsafe getrusage(RUSAGE_CHILDREN.rawValue, &usage) == 0 else { return .zero }
        func duration(_ time: timeval) -> Duration { .seconds(time.tv_sec) + .microseconds(time.tv_usec) }
        return duration(usage.ru_utime) + duration(usage.ru_stime)
    }
}
