extension CompletionScript {
    var fish: String {
        let valued = valuedOptions.flatMap { patterns($0.spec, after: $0.path) }
        let steps = program.commands.flatMap { path, command in
            command.subcommands.map { shell.quoted("\(path):\($0.signature.name)") }
        }
        let completions =
            program.commands.flatMap(fishCompletions) + program.globals.map { fishOption($0, at: nil) }
        return """
            # Completion for fish; load it with: \(program.name) completions fish | source
            function __\(function)_path
                set -l path \(shell.quoted(program.name))
                set -l skip no
                for token in (commandline -opc)[2..-1]
                    if test $skip = yes
                        set skip no
                        continue
                    end
                    switch "$path:$token"
                        case \(valued.joined(separator: " "))
                            set skip yes
                        case \(steps.joined(separator: " "))
                            set path "$path $token"
                    end
                end
                echo $path
            end

            function __\(function)_at
                test "$argv" = (__\(function)_path)
            end

            complete -c \(program.name) -f
            \(completions.joined(separator: "\n"))

            """
    }

    private func fishCompletions(_ path: String, _ command: CommandOutline) -> [String] {
        let subcommands = command.subcommands.map { ($0.signature.name, $0.signature.abstract) }
        let help = subcommands.isEmpty ? [] : [("help", "Show the help of a command.")]
        let words = (subcommands + help).map { name, abstract in
            "\(fishLine(at: path)) -a \(shell.quoted(name)) -d \(shell.quoted(abstract))"
        }
        let arguments = command.arguments.compactMap { spec in
            let values =
                spec.allowedValues.isEmpty
                ? nil : " -a " + shell.quoted(spec.allowedValues.joined(separator: " "))
            return (spec.isPath ? " -F" : fishNames(spec) ?? values).map { fishLine(at: path) + $0 }
        }
        return words + arguments + command.options.map { fishOption($0, at: path) }
    }

    private func fishOption(_ spec: ParameterSpec, at path: String?) -> String {
        let spellings = spec.spellings.map { spelling in
            spelling.hasPrefix("--") ? " -l \(spelling.dropFirst(2))" : " -s \(spelling.dropFirst())"
        }
        let values = spec.allowedValues.joined(separator: " ")
        let value =
            spec.isPath
            ? " -r -F"
            : fishNames(spec).map { " -x" + $0 }
                ?? (values.isEmpty ? " -x" : " -x -a \(shell.quoted(values))")
        return fishLine(at: path) + spellings.joined() + (spec.takesValue ? value : "")
            + " -d \(shell.quoted(spec.help))"
    }

    private func fishNames(_ spec: ParameterSpec) -> String? {
        spec.namesCommand.map { " -a \(shell.quoted("(\(namesOutput($0)))"))" }
    }

    private func fishLine(at path: String?) -> String {
        "complete -c \(program.name)" + (path.map { " -n \(shell.quoted("__\(function)_at \($0)"))" } ?? "")
    }
}
