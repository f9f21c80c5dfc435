internal import Glibc

extension Duration {
    /// The time now, since 1970.
    public static var sinceEpoch: Duration {
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        return .seconds(now.tv_sec) + .nanoseconds(now.tv_nsec)
    }
}
