import Postgres

extension Timestamp {
    var toTheSecond: String { shortened(to: 19) + " UTC" }
    var toTheMillisecond: String { shortened(to: 23) }

    private func shortened(to length: Int) -> String {
        let text = description
        guard text.contains("T") else { return text }
        return text.prefix(length).split(separator: "T").joined(separator: " ")
    }
}
