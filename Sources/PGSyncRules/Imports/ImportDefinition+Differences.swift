extension ImportDefinition {
    /// What is another way than in an older version, a line each, in plain words.
    package func differences(from old: ImportDefinition) -> [String] {
        var lines = Differences()
        lines.compare("name", old.name, name)
        lines.compare("version", old.version, version)
        lines.compare("base", old.base.description, base.description)
        lines.compare("hosts", set: old.hosts, hosts)
        lines.compare("secret", old.secret?.description, secret?.description)
        lines.compare("auth", old.auth?.words, auth?.words)
        lines.compare("settings from", old.settingsPrefix, settingsPrefix)
        lines.compare(
            "budget",
            named: old.budgets.map { ("per \($0.name)", "\($0.limit)") },
            budgets.map { ("per \($0.name)", "\($0.limit)") }
        )
        lines.compare("at once", old.parallel, parallel)
        lines.compare("retries", old.retries, retries)
        lines.compare("backoff", old.backoff.words, backoff.words)
        lines.compare("timeout", old.timeout.words, timeout.words)
        lines.compare("breaker", old.breakerWords, breakerWords)
        // Their order counts, because the first that fits does.
        lines.compare("answers", list: old.conditions.map(\.words), conditions.map(\.words))
        lines.compare("settle", old.settle.words, settle.words)
        lines.compare(
            "header",
            named: old.headers.map { ($0.name, $0.value) },
            headers.map { ($0.name, $0.value) }
        )
        let (oldNames, names) = (old.streams.map(\.name), streams.map(\.name))
        for name in oldNames where !names.contains(name) { lines.add("stream \(name) is gone") }
        for stream in streams {
            guard let before = old.stream(stream.name) else {
                lines.add("stream \(stream.name) is new: into \(stream.target)")
                continue
            }
            lines.prefix = "stream \(stream.name): "
            stream.compare(with: before, &lines)
            lines.prefix = ""
        }
        if old.streamsInOrder.map(\.name).filter(names.contains)
            != streamsInOrder.map(\.name).filter(oldNames.contains)
        {
            lines.add(
                "streams are fetched in another order: \(streamsInOrder.map(\.name).joined(separator: ", "))"
            )
        }
        return lines.lines
    }

    private var breakerWords: String { "\(breakerFailures) failures, \(breakerReset.words)" }
}

extension ImportStream {
    fileprivate func compare(with old: ImportStream, _ lines: inout Differences) {
        lines.compare("into", old.target.description, target.description)
        lines.compare("after", set: old.after, after)
        lines.compare("key", list: old.key, key)
        lines.compare("get", old.path, path)
        lines.compare("with", list: old.parameters.map(\.words), parameters.map(\.words))
        lines.compare("pages", old.pager.words, pager.words)
        lines.compare(
            "rows",
            (old.isOneRow ? "one, " : "") + old.rowsPath.words,
            (isOneRow ? "one, " : "") + rowsPath.words
        )
        lines.compare("count", old.countPath?.description, countPath?.description)
        lines.compare("changed", old.changed?.words, changed?.words)
        lines.compare("item", old.itemPath, itemPath)
        lines.compare("history", old.history?.words, history?.words)
        lines.compare("remembers", old.remembers?.words, remembers?.words)
        lines.compare("deletes", old.deletes?.words, deletes?.words)
        lines.compare("unknown", old.unknown.rawValue, unknown.rawValue)
        lines.compare("private", set: old.privateColumns, privateColumns)
        lines.compare(
            "column",
            named: old.columns.map { ($0.name, $0.words) },
            columns.map { ($0.name, $0.words) }
        )
    }
}
