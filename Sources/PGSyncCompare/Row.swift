/// What tells a row apart, in the form that is compared; nil for null.
struct RowKey: Hashable, Comparable, Sendable {
    let values: [String?]

    /// Shorter texts first, so that numbers stand in their order.
    static func < (one: RowKey, other: RowKey) -> Bool {
        for (own, its) in zip(one.values, other.values) where own != its {
            guard let own, let its else { return own == nil }
            return own.utf8.count == its.utf8.count ? own < its : own.utf8.count < its.utf8.count
        }
        return false
    }
}

/// What a row contains, as far as it is compared.
struct RowState: Hashable, Sendable {
    /// Of the key and all columns that are compared exactly.
    let hash: [Int64]
    /// The values that may be some way apart.
    let near: [String?]
}

/// A key that may not be the same on both sides.
struct Suspect: Sendable {
    let key: RowKey
    var left: [RowState]
    var right: [RowState]
}
