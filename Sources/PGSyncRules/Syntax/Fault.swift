/// Something wrong at a place of a rule file, not yet told which file.
struct Fault: Error, Sendable, Hashable {
    let range: SourceRange
    let message: String
    let help: String?

    init(_ range: SourceRange, _ message: String, help: String? = nil) {
        self.range = range
        self.message = message
        self.help = help
    }
}
