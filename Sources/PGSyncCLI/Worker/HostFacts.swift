import Glibc

/// What a worker says about where it runs.
enum HostFacts {
    static var host: String {
        var buffer = [UInt8](repeating: 0, count: 256)
        guard unsafe gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        return String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
    }

    static var cores: Int { max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1) }

    /// One poster keeps a core of the server busy; half of the cores are left to everybody else.
    static func posters(cores: Int = cores) -> Int { cores <= 2 ? 1 : min(4, cores / 2) }
}
