import Testing

@testable import Arguments

@Suite("CompletionScript", .timeLimit(.minutes(10)))
struct CompletionScriptTests {
    @Test(
        "completes in bash",
        .enabled(if: ShellScript.isInstalled(.bash), "bash is not installed"),
        arguments: [
            (["mig"], ["migrate"]),
            (["config", ""], ["get", "set", "help"]),
            (["--json", "config", "s"], ["set"]),
            (["--database-url", "migrate", "comp"], ["completions"]),
            (["--database-url", "=", "config", "work"], ["worker"]),
            (["migrate", "--st"], ["--status"]),
            (["migrate", "--no"], ["--no-color"]),
            (["worker", "--format", ""], ["hledger", "csv", "jsonl"]),
            (["worker", "--format", "=", "h"], ["hledger"]),
            (["worker", "--format", "="], ["hledger", "csv", "jsonl"]),
            (["worker", "--posters", ""], []),
            (["completions", ""], ["bash", "zsh", "fish"]),
            (["completions", "--j"], ["--json"]),
            (["help", "config", "g"], ["get"]),
            (["attach", "--rule", "compl"], ["completion.sh"]),
            (["config", "get", ""], ["settings-1", "settings-2", "x\\ y"]),
            (["config", "get", "settings-2"], ["settings-2"]),
            (["config", "get", "--j"], ["--json"]),
            (["worker", "--offset", "off"], ["offsets-1", "offsets-2"]),
        ]
    )
    func completesInBash(_ words: [String], _ expected: [String]) throws {
        let quoted = (["tool"] + words).map(Shell.bash.quoted).joined(separator: " ")
        let output = try ShellScript.output(
            of: """
                source ./completion.sh
                COMP_WORDS=(\(quoted)) COMP_CWORD=\(words.count)
                _tool
                printf '%s\\n' "${COMPREPLY[@]}"
                """,
            in: .bash
        )
        let replies = output.split(separator: "\n").map(String.init)
        #expect(replies == expected)
    }

    @Test(
        "completes in fish",
        .enabled(if: ShellScript.isInstalled(.fish), "fish is not installed"),
        arguments: [
            ("tool mig", ["migrate"]),
            ("tool config ", ["get", "help", "set"]),
            ("tool --json config s", ["set"]),
            ("tool --database-url migrate comp", ["completions"]),
            ("tool migrate --st", ["--status"]),
            ("tool migrate --js", ["--json"]),
            ("tool worker --st", []),
            ("tool worker --format ", ["csv", "hledger", "jsonl"]),
            ("tool worker --format=h", ["--format=hledger"]),
            ("tool completions z", ["zsh"]),
            ("tool attach --rule compl", ["completion.sh"]),
            ("tool config get ", ["settings-1", "settings-2", "x y"]),
            ("tool worker --offset off", ["offsets-1", "offsets-2"]),
        ]
    )
    func completesInFish(_ line: String, _ expected: [String]) throws {
        let output = try ShellScript.output(
            of: "source ./completion.sh\ncomplete -C \(Shell.fish.quoted(line))",
            in: .fish
        )
        let replies = output.split(separator: "\n").compactMap {
            $0.split(separator: "\t").first.map(String.init)
        }
        #expect(replies == expected)
    }

    @Test(
        "completes in zsh",
        .enabled(if: ShellScript.isInstalled(.zsh), "zsh is not installed"),
        arguments: [
            ("tool mig", "tool migrate "),
            ("tool --json config s", "tool --json config set "),
            ("tool --database-url migrate comp", "tool --database-url migrate completions "),
            ("tool migrate --stat", "tool migrate --status "),
            ("tool worker --format hl", "tool worker --format hledger "),
            ("tool worker --format=hl", "tool worker --format=hledger "),
            ("tool completions z", "tool completions zsh "),
            ("tool attach --rule compl", "tool attach --rule completion.sh "),
            ("tool config get x", "tool config get x\\ y "),
            ("tool worker --offset offsets-2", "tool worker --offset offsets-2 "),
        ]
    )
    func completesInZsh(_ line: String, _ expected: String) throws {
        // A real line editor on a pseudo terminal: tab completes, and the widget prints what the line has become.
        let output = try ShellScript.output(
            of: """
                zmodload zsh/zpty
                zpty shell zsh -f -i
                zpty -w shell 'PS1= PS2=; unsetopt zle_bracketed_paste 2>/dev/null; autoload -Uz compinit'
                zpty -w shell 'compinit -u -D; source ./completion.sh; show() { print -r -- "<$BUFFER>"; exit }; zle -N show'
                zpty -w shell 'bindkey "^I" complete-word; bindkey "^G" show; print REA''DY'
                zpty -r shell reply '*READY*'
                zpty -w -n shell $'\(line)\\t\\x07'
                zpty -r shell reply '*<*>*'
                print -r -- "$reply"
                """,
            in: .zsh
        )
        #expect(output.contains("<\(expected)>"), "\(output)")
    }

    @Test(
        "quotes what a shell would read",
        arguments: [(Shell.bash, "'it'\\''s \\ $x'"), (.fish, "'it\\'s \\\\ $x'")]
    )
    func quotes(_ shell: Shell, _ expected: String) {
        #expect(shell.quoted("it's \\ $x") == expected)
    }
}
