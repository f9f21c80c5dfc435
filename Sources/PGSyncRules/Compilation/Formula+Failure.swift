extension Formula {
    /// Whether a row can make it fail, other than by being unreadable.
    var canFail: Bool {
        switch self {
        case .divideExactly, .account, .decimals: true
        case .lookup(let map, let part): map.otherwise == nil || part.canFail
        default: parts.contains(where: \.canFail)
        }
    }

    /// Whether it may have a value in SQL, where a failure inside is but null.
    var hidesFailure: Bool {
        switch self {
        case .isNull, .both, .either: canFail
        case .conditional(let condition, let then, let otherwise):
            condition.canFail || then.hidesFailure || otherwise.hidesFailure
        case .coalesce(let parts):
            parts.dropLast().contains(where: \.canFail) || parts.last?.hidesFailure == true
        default: parts.contains(where: \.hidesFailure)
        }
    }

    /// Whether it takes nothing to mention it.
    var isSimple: Bool {
        switch self {
        case .literal, .column: true
        default: false
        }
    }

    /// The parts that its SQL mentions more than once.
    var repeatedParts: [Formula] {
        switch self {
        case .divideExactly(let part, _, let places): [part] + places.parts
        case .fromMinor(_, let places): places.parts
        case .writtenAmount(let part, let places): [part] + places.parts
        case .lookup(_, let part), .account(let part, _), .decimals(let part), .shared(let part): [part]
        case .round(let part, let divisor, _, let halves) where divisor > 1 || halves != .up: [part]
        case .conditional(let condition, let then, let otherwise)
        where then.canFail || otherwise.canFail: [condition]
        case .coalesce(let parts) where parts.dropFirst().contains(where: \.canFail): parts.dropLast()
        default: []
        }
    }
}
