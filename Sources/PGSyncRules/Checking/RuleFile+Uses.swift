extension RuleFile {
    /// How files are found; PGSyncRules itself reads none.
    package struct Reader: Sendable {
        /// What tells a file from others, whatever path leads to it.
        let identity: @Sendable (String) -> String
        /// Its text, or why it cannot be read.
        let text: @Sendable (String) -> Result<String, Unreadable>

        package init(
            identity: @escaping @Sendable (String) -> String,
            text: @escaping @Sendable (String) -> Result<String, Unreadable>
        ) {
            self.identity = identity
            self.text = text
        }
    }

    /// Why a file cannot be read.
    package struct Unreadable: Error {
        let reason: String

        package init(_ reason: String) {
            self.reason = reason
        }
    }

    /// How many files can be used, directly or by one another.
    private static let limit = 100

    /// These files and those whose maps they use, and those that these use in turn, each once.
    ///
    /// Of a file that is only used, only the maps count. What cannot be read is told where the file is named.
    package static func withUses(_ files: [RuleFile], _ reader: Reader) -> [RuleFile] {
        var files = files
        let most = files.count + limit
        var known = Set(files.map { reader.identity($0.name) })
        var index = 0
        while index < files.count {
            for path in files[index].uses {
                do throws(Unreadable) {
                    let place = try files[index].place(of: path)
                    if !known.contains(reader.identity(place)) {
                        var found = RuleFile(
                            name: place,
                            text: try reader.text(place).get(),
                            terms: files[index].terms
                        )
                        guard files.count < most else {
                            throw Unreadable("more than \(limit) files would be used")
                        }
                        found.isForMaps = true
                        files.append(found)
                        known.insert(reader.identity(place))
                    }
                    files[index].foundUses.insert(path)
                } catch {
                    files[index].unreadUses[path] = error.reason
                }
            }
            index += 1
        }
        return files
    }

    /// Where a file is whose maps this one uses.
    private func place(of path: String) throws(Unreadable) -> String {
        guard !path.hasPrefix("/") else {
            throw Unreadable("an absolute path is another one on each machine")
        }
        guard path.hasSuffix(".rules") else {
            throw Unreadable("the name of a rule file ends in .rules")
        }
        let directory = name.lastIndex(of: "/").map { name[...$0] } ?? ""
        return directory + path
    }
}
