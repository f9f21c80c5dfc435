/// What must hold for the files to be worth embedding; broken rules break the build, not a migration at night.
enum FileCheck {
    /// Every broken rule of every file, in the order of the files.
    static func problems(in files: [SQLFile], of collection: Collection = .schema) -> [Problem] {
        switch collection {
        case .schema:
            files.flatMap(problems(in:)) + numberingProblems(in: files) + duplicateProblems(in: files)
        case .examples:
            files.flatMap(exampleProblems(in:))
        case .page:
            files.flatMap(encodingProblems(in:))
        }
    }

    /// What psql installs, a program has to be able to; but for these, of which it knows what they do.
    private static let scriptsForPsql: Set<Substring> = ["chart", "install", "rights"]

    private static func exampleProblems(in file: SQLFile) -> [Problem] {
        let encoding = encodingProblems(in: file)
        guard encoding.isEmpty, file.path.hasSuffix(".sql"), !scriptsForPsql.contains(file.stem) else {
            return encoding
        }
        return StatementScanner.openings(of: file.text).filter { $0.word == "\\" }.map(psqlProblem(in: file))
    }

    private static func psqlProblem(in file: SQLFile) -> (StatementScanner.Opening) -> Problem {
        { Problem(file.path, line: $0.line, "has a psql command, which the server does not understand") }
    }

    private static func problems(in file: SQLFile) -> [Problem] {
        let encoding = encodingProblems(in: file)
        guard encoding.isEmpty else { return encoding }
        return nameProblems(in: file) + headerProblems(in: file) + transactionProblems(in: file)
    }

    // MARK: Bytes

    private static func encodingProblems(in file: SQLFile) -> [Problem] {
        guard String(validating: file.bytes, as: UTF8.self) != nil else {
            return [Problem(file.path, "is not valid UTF-8; save it as UTF-8")]
        }
        var line = 1
        for byte in file.bytes {
            switch byte {
            case UInt8(ascii: "\n"): line += 1
            case UInt8(ascii: "\r"):
                return [Problem(file.path, line: line, "has a carriage return; end lines with LF alone")]
            case 0: return [Problem(file.path, line: line, "has a NUL byte; remove it")]
            case 0..<0x20, 0x7f:
                return [
                    Problem(
                        file.path,
                        line: line,
                        "has a control character; indent with spaces, write e'\\x..'"
                    )
                ]
            default: break
            }
        }
        guard file.bytes.last == UInt8(ascii: "\n") else {
            return [Problem(file.path, line: line, "does not end with a line feed; add one")]
        }
        return []
    }

    // MARK: Names

    private static func nameProblems(in file: SQLFile) -> [Problem] {
        let components = file.components
        if file.isMigration {
            guard components.count == 2, number(of: file) != nil, isSnakeCase(file.stem.dropFirst(5)) else {
                return [Problem(file.path, "is not named migrations/NNNN_snake_case.sql")]
            }
        } else if components.count == 2 {
            guard ["roles", "grants"].contains(file.stem) else {
                return [
                    Problem(
                        file.path,
                        "is not roles.sql or grants.sql; objects live in a folder of their kind"
                    )
                ]
            }
        } else {
            let isFiled = components[1] == "functions" ? components.count > 3 : components.count == 3
            guard isFiled, ["functions", "triggers", "views"].contains(components[1]), isSnakeCase(file.stem)
            else {
                return [
                    Problem(
                        file.path,
                        "is not named sql/functions/ROOM/snake_case.sql or sql/{triggers,views}/snake_case.sql"
                    )
                ]
            }
        }
        return []
    }

    private static func number(of file: SQLFile) -> Int? {
        let digits = file.stem.prefix(4)
        guard digits.count == 4, digits.allSatisfy({ ("0"..."9").contains($0) }),
            file.stem.dropFirst(4).first == "_"
        else { return nil }
        return Int(digits)
    }

    private static func isSnakeCase(_ name: some StringProtocol) -> Bool {
        name.split(separator: "_", omittingEmptySubsequences: false).allSatisfy { word in
            !word.isEmpty && word.allSatisfy { ("a"..."z").contains($0) || ("0"..."9").contains($0) }
        } && name.first.map { ("a"..."z").contains($0) } == true
    }

    private static func numberingProblems(in files: [SQLFile]) -> [Problem] {
        let numbered = files.filter(\.isMigration).compactMap { file in number(of: file).map { ($0, file) } }
            .sorted { ($0.0, $0.1.path) < ($1.0, $1.1.path) }
        var expected = 1
        for (number, file) in numbered {
            if number == expected - 1, number > 0 {
                return [Problem(file.path, "has the number of another migration; take the next free one")]
            }
            guard number == expected else {
                return [Problem(file.path, "has number \(number) where \(expected) comes next; leave no gap")]
            }
            expected += 1
        }
        return []
    }

    private static func duplicateProblems(in files: [SQLFile]) -> [Problem] {
        var names: Set<Substring> = []
        return files.filter(\.isMigration).compactMap { file in
            let name = file.stem.dropFirst(5)
            return names.insert(name).inserted
                ? nil : Problem(file.path, "has the name of another migration; say what sets it apart")
        } + duplicateObjectProblems(in: files)
    }

    /// On record an object has a kind and a name, wherever its file lies.
    private static func duplicateObjectProblems(in files: [SQLFile]) -> [Problem] {
        var names: Set<String> = []
        return files.filter { !$0.isMigration && $0.components.count > 2 }.compactMap { file in
            names.insert("\(file.components[1])/\(file.stem)").inserted
                ? nil : Problem(file.path, "has the name of a file in another folder; say what sets it apart")
        }
    }

    // MARK: Content

    private static func headerProblems(in file: SQLFile) -> [Problem] {
        guard file.isMigration else { return [] }
        let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
        let header = lines.drop { $0.hasPrefix("--!") }
        guard let first = header.first, first.hasPrefix("-- "), first.count > 3 else {
            return [Problem(file.path, "does not open with a comment that says why it exists")]
        }
        return lines.enumerated().compactMap { offset, line in
            guard line.hasPrefix("--!"), offset > 0 || line != "--! breaking" else { return nil }
            return Problem(file.path, line: offset + 1, "has a mark other than a first line '--! breaking'")
        }
    }

    private static func transactionProblems(in file: SQLFile) -> [Problem] {
        StatementScanner.openings(of: file.text).compactMap { opening in
            switch opening.word {
            case "abort", "begin", "commit", "end", "rollback", "start":
                Problem(
                    file.path,
                    line: opening.line,
                    "has '\(opening.word)': the migrator opens and closes the transaction; remove it"
                )
            case "\\": psqlProblem(in: file)(opening)
            default: nil
            }
        }
    }
}
