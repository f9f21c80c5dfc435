import Glibc

extension MetricsRegistry {
    /// Registers what is known of every process: its memory, and since when it runs, which is taken to be now.
    public func registerProcess() throws(MetricsError) {
        try gauge("process_resident_memory_bytes", help: "Memory of the process that is in RAM.", labels: [])
        {
            Self.residentMemory().map { [[]: $0] } ?? [:]
        }
        let start = ContinuousClock.now
        try gauge("process_uptime_seconds", help: "For how long the process has run.") {
            (.now - start) / .seconds(1)
        }
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        try gauge(
            "process_start_time_seconds",
            help: "When the process began, in seconds since 1970-01-01 00:00 UTC."
        ).set(Double(time.tv_sec) + Double(time.tv_nsec) / 1e9)
    }

    /// In bytes; nil where the system does not tell.
    private static func residentMemory() -> Double? {
        let descriptor = unsafe open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 128)
        let count = unsafe read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return nil }
        // Total and resident pages, and more.
        let fields = String(decoding: buffer[..<count], as: UTF8.self).split(separator: " ")
        guard fields.count > 1, let pages = Double(fields[1]) else { return nil }
        return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
    }
}
