/// The name of a command and the words that explain it.
public struct Signature: Sendable {
    /// A command line with a sentence that says what it does.
    public struct Example: Sendable {
        let command: String
        let explanation: String

        /// Creates an example.
        public init(_ command: String, _ explanation: String) {
            self.command = command
            self.explanation = explanation
        }
    }

    let name: String
    let abstract: String
    let discussion: String
    let examples: [Example]
    /// What it can end with, besides what every command can.
    let exitCodes: [ExitCode]

    /// Creates a signature with a one-line abstract and, in the discussion, paragraphs split by empty lines.
    public init(
        _ name: String,
        _ abstract: String,
        discussion: String = "",
        examples: [Example] = [],
        exitCodes: [ExitCode] = []
    ) {
        self.name = name
        self.exitCodes = exitCodes
        self.abstract = abstract
        self.discussion = discussion
        self.examples = examples
    }
}
