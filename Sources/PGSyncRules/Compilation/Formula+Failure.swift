extension Formula {
    /// Whether a row can make it fail, other than by being unreadable.
    var canFail: Bool {
        switch self {
        case .divideExactly: true
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
        case .divideExactly(let part, _, _), .lookup(_, let part): [part]
        case .roundHalfUp(let part, let divisor, _) where divisor > 1: [part]
        case .conditional(let condition, let then, let otherwise)
        where then.canFail || otherwise.canFail: [condition]
        case .coalesce(let parts) where parts.dropFirst().contains(where: \.canFail): parts.dropLast()
        default: []
        }
    }
}
