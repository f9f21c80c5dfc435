import Foundation
import PackagePlugin

/// Turns files into a Swift file of the target that uses this plugin: `migrations/` and `sql/`, for `PGSyncDemo` what
/// its demonstrations install, for `PGSyncServe` what browsers load.
///
/// Every file and every directory is an input, so that adding, changing or removing one runs the tool again. The tool
/// finds them itself: a build that replans nothing does not run this plugin.
@main
struct EmbedSQL: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let root = context.package.directoryURL
        let (collection, directories) =
            switch target.name {
            case "PGSyncDemo": ("examples", ["sql/examples"])
            case "PGSyncServe": ("page", ["Sources/PGSyncServe/Page"])
            default: ("schema", ["migrations", "sql"])
            }
        let inputs = try directories.flatMap { directory in
            try [directory]
                + FileManager.default.subpathsOfDirectory(atPath: root.appending(path: directory).path)
                .map { "\(directory)/\($0)" }
        }
        let output = context.pluginWorkDirectoryURL.appending(path: "Embedded-\(collection).swift")
        return [
            .buildCommand(
                displayName: "Embedding the \(collection)",
                executable: try context.tool(named: "embed-sql").url,
                arguments: [collection, root.path, output.path],
                inputFiles: inputs.map { root.appending(path: $0) },
                outputFiles: [output]
            )
        ]
    }
}
