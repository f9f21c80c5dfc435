/// The Swift file that carries the SQL files.
enum SwiftSource {
    static func text(embedding files: [SQLFile], of collection: Collection) -> String {
        let entries = files.map { file in
            """
                    EmbeddedFile(
                        path: \(literal(file.path)),
                        text: \(literal(file.text))
                    ),

            """
        }
        return switch collection {
        case .schema:
            """
            // Written by embed-sql from migrations/ and sql/: change those.

            package enum EmbeddedSQL {
                package static let files: [EmbeddedFile] = [
            \(entries.joined())    ]
            }

            """
        case .examples:
            """
            // Written by embed-sql from sql/examples: change that.

            enum EmbeddedExamples {
                static let files: [EmbeddedFile] = [
            \(entries.joined())    ]
            }

            """
        case .page:
            """
            // Written by embed-sql from Sources/PGSyncServe/Page: change that.

            enum EmbeddedPage {
                static let files: [(name: String, text: String)] = [
            \(files.map { "        (name: \(literal(String($0.components.last ?? ""))), text: \(literal($0.text))),\n" }.joined())    ]
            }

            """
        }
    }

    /// A raw string literal that nothing in the text can end or turn into an escape.
    ///
    /// Its delimiter has one number sign more than the longest run of them in the text.
    static func literal(_ text: String) -> String {
        let signs = String(repeating: "#", count: longestRun(of: UInt8(ascii: "#"), in: text) + 1)
        return text.contains("\n") ? "\(signs)\"\"\"\n\(text)\n\"\"\"\(signs)" : "\(signs)\"\(text)\"\(signs)"
    }

    private static func longestRun(of byte: UInt8, in text: String) -> Int {
        var longest = 0
        var current = 0
        for each in text.utf8 {
            current = each == byte ? current + 1 : 0
            longest = max(longest, current)
        }
        return longest
    }
}
