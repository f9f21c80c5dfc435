/// The side of an entry a line stands on.
package enum Side: String, Sendable, Hashable {
    case debit, credit
}
