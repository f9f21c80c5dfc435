extension ServerFacts {
    /// The attached tables and how workers learn of their changes.
    package struct Capture: Sendable, Equatable {
        package var sourceCount: Int
        package var findings: [CaptureFinding]
        package var growth: [CaptureGrowth]
        package var usesDoorbell: Bool
        package var pollInterval: Duration

        package init(
            sourceCount: Int,
            findings: [CaptureFinding],
            growth: [CaptureGrowth],
            usesDoorbell: Bool,
            pollInterval: Duration
        ) {
            self.sourceCount = sourceCount
            self.findings = findings
            self.growth = growth
            self.usesDoorbell = usesDoorbell
            self.pollInterval = pollInterval
        }
    }
}
