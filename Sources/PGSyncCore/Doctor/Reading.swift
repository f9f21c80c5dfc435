/// Something that was asked of a server, and may have been refused.
package enum Reading<Value: Sendable & Equatable>: Sendable, Equatable {
    case known(Value)
    /// Why it could not be read, and what to do if somebody wants it to be.
    case unknown(String, remedy: String? = nil)
}
