/// How long to pause before looking again, when what was seen to wait could not be taken: decisions alone.
///
/// A look without locks also sees what somebody else has in hand. Waking posters for that again and again would keep
/// everybody busy with nothing.
package struct WakePacing: Sendable, Equatable {
    private static let firstPause = Duration.milliseconds(5)
    private static let longestPause = Duration.milliseconds(100)

    private var claimedAtWake: Int?
    private var claimedAtLastWake: Int?
    private var nextPause = Self.firstPause

    package init() {}

    /// Posters were woken, `bySight` when the reason was a look.
    ///
    /// `claimed` counts all that was ever taken.
    package mutating func woke(bySight: Bool, claimed: Int) {
        claimedAtWake = bySight ? claimed : nil
        claimedAtLastWake = claimed
    }

    /// Whether nothing was taken since posters were last woken, for whatever reason.
    package func achievedNothing(claimed: Int) -> Bool { claimedAtLastWake == claimed }

    /// How long to pause now, before the next look; nil not at all.
    package mutating func pause(claimed: Int) -> Duration? {
        guard claimedAtWake == claimed else {
            nextPause = Self.firstPause
            return nil
        }
        defer { nextPause = min(nextPause * 2, Self.longestPause) }
        return nextPause
    }
}
