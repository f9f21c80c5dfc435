import Foundation
import PackagePlugin

/// Turns `migrations/` and `sql/` into a Swift file of the target that uses this plugin.
///
/// Every file is named as an input and as an argument, so that adding, changing or removing one runs the tool again.
@main
struct EmbedSQL: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let root = context.package.directoryURL
        let paths = try ["migrations", "sql"].flatMap { try sqlFiles(in: $0, under: root) }.sorted()
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedSQL.swift")
        return [
            .buildCommand(
                displayName: "Embedding \(paths.count) SQL files",
                executable: try context.tool(named: "embed-sql").url,
                arguments: [root.path, output.path] + paths,
                inputFiles: paths.map { root.appending(path: $0) },
                outputFiles: [output]
            )
        ]
    }

    private func sqlFiles(in directory: String, under root: URL) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: directory).path)
            .filter { $0.hasSuffix(".sql") && !$0.hasPrefix("admin/") && !$0.hasPrefix("examples/") }
            .map { "\(directory)/\($0)" }
    }
}
