import Foundation
import PackagePlugin

/// Turns files of `migrations/` and `sql/` into a Swift file of the target that uses this plugin: the schema, or for
/// `PGSyncDemo` the clinic of the examples.
///
/// Every file and every directory is an input, so that adding, changing or removing one runs the tool again. The tool
/// finds them itself: a build that replans nothing does not run this plugin.
@main
struct EmbedSQL: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let root = context.package.directoryURL
        let isDemo = target.name == "PGSyncDemo"
        let inputs = try (isDemo ? ["sql/examples"] : ["migrations", "sql"]).flatMap { directory in
            try [directory]
                + FileManager.default.subpathsOfDirectory(atPath: root.appending(path: directory).path)
                .map { "\(directory)/\($0)" }
        }
        let output = context.pluginWorkDirectoryURL.appending(
            path: "Embedded\(isDemo ? "Clinic" : "SQL").swift"
        )
        return [
            .buildCommand(
                displayName: "Embedding SQL of the \(isDemo ? "clinic" : "schema")",
                executable: try context.tool(named: "embed-sql").url,
                arguments: [isDemo ? "clinic" : "schema", root.path, output.path],
                inputFiles: inputs.map { root.appending(path: $0) },
                outputFiles: [output]
            )
        ]
    }
}
