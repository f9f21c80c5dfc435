/// The dotted keys and typed values of a log record, in the order they were written.
///
/// A key occurs once: a later value takes the place of an earlier one.
public struct LogMetadata: Sendable, Hashable {
    /// One key with its value.
    public struct Field: Sendable, Hashable {
        /// The dotted name, such as `batch.changes`.
        public let key: String
        /// What the name stands for in this record.
        public let value: LogValue
    }

    /// All fields, oldest key first.
    public private(set) var fields: [Field] = []

    /// Reads or replaces the value of a key; `nil` removes it.
    public subscript(key: String) -> LogValue? {
        get { fields.first { $0.key == key }?.value }
        set {
            let index = fields.firstIndex { $0.key == key }
            switch (index, newValue) {
            case (let index?, let value?): fields[index] = Field(key: key, value: value)
            case (let index?, nil): fields.remove(at: index)
            case (nil, let value?): fields.append(Field(key: key, value: value))
            case (nil, nil): break
            }
        }
    }

    /// Returns these fields together with others, which win where keys are the same.
    public func merging(_ others: LogMetadata) -> LogMetadata {
        guard !fields.isEmpty else { return others }
        var merged = self
        for field in others.fields { merged[field.key] = field.value }
        return merged
    }
}

extension LogMetadata: ExpressibleByDictionaryLiteral {
    /// Makes metadata of a literal such as `["batch.changes": 100]`.
    public init(dictionaryLiteral elements: (String, LogValue)...) {
        for (key, value) in elements { self[key] = value }
    }
}
