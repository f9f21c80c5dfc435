/// Something of the schema that is not as the last migration left it.
package struct SchemaDeviation: Sendable, Equatable {
    /// What kind it is of, such as `right_missing`.
    package let finding: String
    /// Which object, and how it differs.
    package let found: String

    package init(finding: String, found: String) {
        self.finding = finding
        self.found = found
    }

    /// All of them in one sentence: an example of each kind, and how many more there are.
    package static func sentence(_ deviations: [SchemaDeviation]) -> String {
        var kinds: [(finding: String, first: String, count: Int)] = []
        for deviation in deviations {
            if let index = kinds.firstIndex(where: { $0.finding == deviation.finding }) {
                kinds[index].count += 1
            } else {
                kinds.append((deviation.finding, deviation.found, 1))
            }
        }
        return kinds.map { $0.count == 1 ? $0.first : "\($0.first), and \($0.count - 1) more like it" }
            .joined(separator: "; ")
    }
}
