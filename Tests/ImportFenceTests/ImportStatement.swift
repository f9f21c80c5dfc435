/// One `import` in a source file.
struct ImportStatement: Equatable {
    /// The module, without the submodule or declaration that may follow it.
    let module: String
    let line: Int

    /// Finds the imports of a file in every form that the language has.
    static func all(in lines: [Substring]) -> [ImportStatement] {
        let pattern =
            #/
            (?:^|;) \s* (?: (?: @\w+ (?:\([^)]*\))? | public | package | internal | fileprivate | private ) \s+ )*
            import \s+ (?: (?: struct | class | enum | protocol | typealias | func | let | var | actor ) \s+ )?
            `? (?<module> \w+ ) (?= `? \s* (?: [.;/] | $ ) )
            /#
        return lines.enumerated().flatMap { number, line in
            line.prefix(upToComment: "//").matches(of: pattern).map {
                ImportStatement(module: String($0.output.module), line: number + 1)
            }
        }
    }
}

extension Substring {
    fileprivate func prefix(upToComment marker: String) -> Substring {
        firstRange(of: marker).map { self[..<$0.lowerBound] } ?? self
    }
}
