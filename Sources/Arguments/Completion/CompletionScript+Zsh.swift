extension CompletionScript {
    var zsh: String {
        let functions = program.commands.map { zshFunction($0.path, $0.command) }
        return """
            #compdef \(program.name)
            # Completion for zsh; load it with: source <(\(program.name) completions zsh)

            \(functions.joined(separator: "\n\n"))

            if [[ $funcstack[1] == _\(function) ]]; then
                _\(function) "$@"
            else
                compdef _\(function) \(program.name)
            fi

            """
    }

    private func zshFunction(_ path: String, _ command: CommandOutline) -> String {
        let options = (command.options + program.globals).map(zshOption)
        let name = "_" + Self.identifier(path)
        guard !command.subcommands.isEmpty else {
            let arguments = options + command.arguments.map(zshArgument)
            return """
                \(name)() {
                    _arguments -s -S \\
                \(lines(arguments, indent: 8).split(separator: "\n").joined(separator: " \\\n"))
                }
                """
        }
        let commands = command.subcommands.map { subcommand in
            shell.quoted("\(subcommand.signature.name):\(subcommand.signature.abstract)")
        }
        let cases = command.subcommands.map { subcommand in
            "\(subcommand.signature.name)) \(name)_\(Self.identifier(subcommand.signature.name)) ;;"
        }
        let arguments = options + ["'1:command:->command'", "'*::argument:->argument'"]
        return """
            \(name)() {
                local context state state_descr line
                typeset -A opt_args
                _arguments -C -s -S \\
            \(lines(arguments, indent: 8).split(separator: "\n").joined(separator: " \\\n")) && return
                case $state in
                command)
                    local -a commands=(
            \(lines(commands + ["'help:Show the help of a command.'"], indent: 12))
                    )
                    _describe -t commands command commands
                    ;;
                argument)
                    case $line[1] in
            \(lines(cases + ["help) \(name) ;;"], indent: 8))
                    esac
                    ;;
                esac
            }
            """
    }

    private func zshOption(_ spec: ParameterSpec) -> String {
        let help = shell.quoted("[\(zshEscaped(spec.help))]" + (spec.takesValue ? zshValue(spec) : ""))
        let repeats = spec.isRepeated ? "'*'" : ""
        let spellings = spec.spellings.map { spelling in
            spec.takesValue ? spelling + (spelling.hasPrefix("--") ? "=" : "+") : spelling
        }
        guard spellings.count > 1 else { return repeats + spellings.joined() + help }
        let exclusion = spec.isRepeated ? repeats : "'(\(spec.spellings.joined(separator: " ")))'"
        return "\(exclusion){\(spellings.joined(separator: ","))}\(help)"
    }

    private func zshArgument(_ spec: ParameterSpec) -> String {
        shell.quoted((spec.isRepeated ? "*" : spec.isRequired ? "" : ":") + zshValue(spec))
    }

    private func zshValue(_ spec: ParameterSpec) -> String {
        let values = spec.allowedValues.isEmpty ? "" : "(\(spec.allowedValues.joined(separator: " ")))"
        let action = spec.namesCommand.map { "{compadd -- ${(f)\"$(\(namesOutput($0)))\"}}" }
        return ":\(zshEscaped(spec.placeholder)):\(spec.isPath ? "_files" : action ?? values)"
    }

    private func zshEscaped(_ text: String) -> String {
        String(text.flatMap { "[]:\\".contains($0) ? "\\\($0)" : String($0) })
    }
}
