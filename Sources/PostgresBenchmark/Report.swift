/// Pairs of figures, taken in turn so that a machine that slows down slows both.
struct Report {
    private struct Comparison {
        let name: String
        /// Nil for a figure that is only to be known.
        let bar: Double?
        let higherIsBetter: Bool
        var plain: [Double] = []
        var ours: [Double] = []

        var ratio: Double { median(zip(ours, plain).map { $0 / $1 }) }
        var holds: Bool {
            guard let bar else { return true }
            return higherIsBetter ? ratio >= bar : ratio <= bar
        }
        var verdict: String {
            guard let bar else { return "" }
            return "   bar \(higherIsBetter ? "≥" : "≤") \(bar)   \(holds ? "holds" : "missed")"
        }
    }

    private var comparisons: [Comparison] = []

    mutating func compare(
        _ name: String,
        bar: Double?,
        higherIsBetter: Bool,
        _ plain: () async throws -> Double,
        with ours: () async throws -> Double
    ) async throws {
        let plainFigure = try await plain()
        let ourFigure = try await ours()
        let index =
            comparisons.firstIndex { $0.name == name }
            ?? {
                comparisons.append(Comparison(name: name, bar: bar, higherIsBetter: higherIsBetter))
                return comparisons.count - 1
            }()
        comparisons[index].plain.append(plainFigure)
        comparisons[index].ours.append(ourFigure)
    }

    var holds: Bool { comparisons.allSatisfy(\.holds) }

    var text: String {
        comparisons.map { comparison in
            let plain = median(comparison.plain)
            let ours = median(comparison.ours)
            return """
                \(comparison.name)
                  C style \(Int(plain))   pgsync \(Int(ours))   ratio \(rounded(comparison.ratio))\(comparison.verdict)
                """
        }.joined(separator: "\n")
    }

    private func rounded(_ value: Double) -> Double {
        (value * 100).rounded() / 100
    }
}

func median(_ values: [Double]) -> Double {
    values.sorted()[values.count / 2]
}
