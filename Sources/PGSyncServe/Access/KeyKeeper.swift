/// Takes secrets that come with requests for a worker of this process, which runs their jobs.
package struct KeyKeeper: Sendable {
    /// Whether it takes any now.
    let isOpen: @Sendable () -> Bool
    /// Keeps a secret for a job.
    let keep: @Sendable (_ key: String, _ job: Int64) -> Void

    package init(
        isOpen: @escaping @Sendable () -> Bool,
        keep: @escaping @Sendable (_ key: String, _ job: Int64) -> Void
    ) {
        self.isOpen = isOpen
        self.keep = keep
    }
}
