import JSON

/// What became of an example of an import.
package struct ImportExampleRun: Sendable {
    package let stream: String
    package let name: String
    /// Where it begins.
    package let line: Int
    package let problem: RuleProblem?
}

/// Reads the answers of examples and compares what becomes of them with what they say.
package struct ImportExampleCheck {
    private let source: RuleFile

    /// Takes the text of the definition, whose lines problems show.
    package init(in source: RuleFile) {
        self.source = source
    }

    package func run(_ definition: ImportDefinition) -> [ImportExampleRun] {
        definition.streams.flatMap { stream in
            stream.examples.map { example in
                var problem: RuleProblem?
                do throws(Fault) { try check(example, of: stream) } catch { problem = source.problem(error) }
                return ImportExampleRun(
                    stream: stream.name,
                    name: example.name.value,
                    line: example.name.range.line,
                    problem: problem
                )
            }
        }
    }

    private func check(_ example: ImportExample, of stream: ImportStream) throws(Fault) {
        let outcome = outcome(of: example, stream)
        switch (example.expectation, outcome) {
        case (.images(let written), .success(let images)):
            var expected: [JSONObject] = []
            for image in written { expected.append(try self.image(image, of: stream)) }
            if expected.count == images.count, zip(expected, images).allSatisfy(Self.agree) { return }
        case (.failure(let errorClass, let column), .failure(let fault)):
            let isColumn = column == nil || column?.value == fault.column
            if errorClass.value == fault.errorClass.rawValue, isColumn { return }
        default: break
        }
        throw Fault(
            example.name.range,
            "the example '\(example.name.value)' has another result",
            help: Self.describe(outcome)
        )
    }

    /// The images of all rows, or the first fault.
    private func outcome(
        of example: ImportExample,
        _ stream: ImportStream
    ) -> Result<[JSONObject], ImportFault> {
        // The parser has seen that it is JSON.
        let body = (try? JSONValue(parsing: example.given.value)) ?? .null
        do throws(ImportFault) {
            var images: [JSONObject] = []
            for row in try stream.page(body: body).get().rows {
                images.append(try stream.read(row: row).get().image)
            }
            return .success(images)
        } catch {
            return .failure(error)
        }
    }

    private func image(_ text: Located<String>, of stream: ImportStream) throws(Fault) -> JSONObject {
        guard let image = (try? JSONValue(parsing: text.value))?.object else {
            throw Fault(text.range, "an image is an object, such as { \"id\": 1 }")
        }
        for name in image.keys where stream.column(name) == nil {
            throw Fault(
                text.range,
                "the image has a column \(name), which \(stream.name) lacks",
                help: Spelling.nearest(to: name, among: stream.columns.map(\.name))
                    .map { "did you mean \($0)?" }
            )
        }
        return image
    }

    /// Whether an image has all that is written; a column counts only if it is.
    private static func agree(_ expected: JSONObject, _ image: JSONObject) -> Bool {
        expected.allSatisfy { key, value in
            guard let actual = image[key] else { return false }
            if case (.number(let left), .number(let right)) = (value, actual),
                let left = Decimal(left.text), let right = Decimal(right.text)
            {
                return left == right
            }
            return value == actual
        }
    }

    private static func describe(_ outcome: Result<[JSONObject], ImportFault>) -> String {
        switch outcome {
        case .success(let images) where images.isEmpty: "it gives nothing"
        case .success(let images):
            "it gives " + images.map { JSONValue.object($0).text() }.joined(separator: ", ")
        case .failure(let fault):
            "it fails \(fault.errorClass.rawValue)" + (fault.column.map { " column \($0)" } ?? "")
                + ": \(fault.message)"
        }
    }
}
