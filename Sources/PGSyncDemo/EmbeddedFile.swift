/// A file of `sql/examples` as this binary carries it.
struct EmbeddedFile: Sendable, Equatable {
    /// The path in the source tree, such as `sql/examples/clinic/chart.csv`.
    let path: String
    let text: String
}
