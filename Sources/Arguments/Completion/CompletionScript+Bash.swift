extension CompletionScript {
    var bash: String {
        """
        # Completion for bash; load it with: source <(\(program.name) completions bash)
        _\(function)() {
            local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
            local path=\(shell.quoted(program.name)) words='' options='' files='' names='' index word
            COMPREPLY=()
            for ((index = 1; index < COMP_CWORD; index++)); do
                case "$path:${COMP_WORDS[index]}" in
        \(lines(bashSteps, indent: 12))
                esac
            done
            # bash splits --option=value into three words.
            [[ $current == '=' ]] && current=''
            [[ $previous == '=' ]] && previous=${COMP_WORDS[COMP_CWORD - 2]}
            case "$path:$previous" in
        \(lines(bashValues, indent: 8))
            *)
                case "$path" in
        \(lines(bashCommands, indent: 12))
                esac
                if [[ $current == -* || -z $words$files$names ]]; then
                    words=$options files='' names=''
                fi
                ;;
            esac
            while IFS= read -r word; do
                COMPREPLY+=("$word")
            done < <(
                compgen -W "$words" -- "$current"
                [[ -n $files ]] && compgen -f -- "$current"
            )
            if [[ -n $names ]]; then
                while IFS= read -r word; do
                    [[ $word == "$current"* ]] && COMPREPLY+=("$(printf %q "$word")")
                done < <(\(namesOutput("$names")))
            fi
            [[ -n $files ]] && compopt -o filenames 2>/dev/null
            return 0
        }
        complete -F _\(function) \(program.name)

        """
    }

    private var bashSteps: [String] {
        let names = program.commands.flatMap { path, command in
            command.subcommands.map { subcommand in
                let name = subcommand.signature.name
                return "\(shell.quoted("\(path):\(name)"))) path=\(shell.quoted("\(path) \(name)")) ;;"
            }
        }
        let valued = valuedOptions.flatMap { patterns($0.spec, after: $0.path) }
        guard !valued.isEmpty else { return names }
        // The option's value is skipped, and with it the word that is only an equals sign.
        let skip = "[[ ${COMP_WORDS[index + 1]} == '=' ]] && ((index++)); ((index++)) ;;"
        return names + [valued.joined(separator: " | ") + ") " + skip]
    }

    private var bashValues: [String] {
        valuedOptions.map { path, spec in
            let action =
                if spec.isPath {
                    "files=yes"
                } else if let names = spec.namesCommand {
                    "names=\(shell.quoted(names))"
                } else {
                    "words=\(shell.quoted(spec.allowedValues.joined(separator: " ")))"
                }
            return "\(patterns(spec, after: path).joined(separator: " | "))) \(action) ;;"
        }
    }

    private var bashCommands: [String] {
        program.commands.map { path, command in
            let help = command.subcommands.isEmpty ? [] : ["help"]
            let words =
                command.subcommands.map(\.signature.name) + help + command.arguments.flatMap(\.allowedValues)
            let options = (command.options + program.globals).flatMap(\.spellings)
            let files = command.arguments.contains(where: \.isPath) ? " files=yes" : ""
            let names =
                command.arguments.lazy.compactMap(\.namesCommand).first.map { " names=\(shell.quoted($0))" }
                ?? ""
            return "\(shell.quoted(path))) words=\(shell.quoted(words.joined(separator: " ")))"
                + " options=\(shell.quoted(options.joined(separator: " ")))\(files)\(names) ;;"
        }
    }

    /// Every option that takes a value, with the command it belongs to; an asterisk for all of them.
    var valuedOptions: [(path: String, spec: ParameterSpec)] {
        let own = program.commands.flatMap { path, command in
            command.options.filter(\.takesValue).map { (path, $0) }
        }
        return own + program.globals.filter(\.takesValue).map { ("*", $0) }
    }

    func lines(_ lines: [String], indent: Int) -> String {
        lines.map { String(repeating: " ", count: indent) + $0 }.joined(separator: "\n")
    }
}
