/// Decides how long to pause before looking again when visible changes could not be claimed.
///
/// A scan without locks also sees what other sessions hold. Waking posters for that again and again would
/// keep them busy with nothing.
package struct WakePacing: Sendable, Equatable {
    private static let firstPause = Duration.milliseconds(5)
    private static let longestPause = Duration.milliseconds(100)

    private var claimedAtWake: Int?
    private var claimedAtLastWake: Int?
    private var nextPause = Self.firstPause

    package init() {}

    /// Posters were woken; `bySight` if a scan was the reason.
    ///
    /// `claimed` counts everything ever claimed.
    package mutating func woke(bySight: Bool, claimed: Int) {
        claimedAtWake = bySight ? claimed : nil
        claimedAtLastWake = claimed
    }

    /// Whether nothing was claimed since posters were last woken, for whatever reason.
    package func achievedNothing(claimed: Int) -> Bool { claimedAtLastWake == claimed }

    /// How long to pause before the next scan; nil for not at all.
    package mutating func pause(claimed: Int) -> Duration? {
        guard claimedAtWake == claimed else {
            nextPause = Self.firstPause
            return nil
        }
        defer { nextPause = min(nextPause * 2, Self.longestPause) }
        return nextPause
    }
}
