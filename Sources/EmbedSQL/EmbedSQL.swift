import Foundation
import PackagePlugin

/// Turns files of `migrations/` and `sql/` into a Swift file of the target that uses this plugin: the schema, or for
/// `PGSyncDemo` the clinic of the examples.
///
/// Every file is named as an input and as an argument, so that adding, changing or removing one runs the tool again.
@main
struct EmbedSQL: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let root = context.package.directoryURL
        let isDemo = target.name == "PGSyncDemo"
        let paths = try isDemo ? clinicFiles(under: root) : schemaFiles(under: root)
        let output = context.pluginWorkDirectoryURL.appending(
            path: "Embedded\(isDemo ? "Clinic" : "SQL").swift"
        )
        return [
            .buildCommand(
                displayName: "Embedding \(paths.count) files of SQL",
                executable: try context.tool(named: "embed-sql").url,
                arguments: [isDemo ? "clinic" : "schema", root.path, output.path] + paths,
                inputFiles: paths.map { root.appending(path: $0) },
                outputFiles: [output]
            )
        ]
    }

    private func schemaFiles(under root: URL) throws -> [String] {
        try ["migrations", "sql"].flatMap { directory in
            try files(in: directory, under: root)
                .filter { $0.hasSuffix(".sql") && !$0.hasPrefix("admin/") && !$0.hasPrefix("examples/") }
                .map { "\(directory)/\($0)" }
        }.sorted()
    }

    private func clinicFiles(under root: URL) throws -> [String] {
        let examples = "sql/examples"
        return try files(in: "\(examples)/clinic", under: root)
            .filter { name in [".sql", ".csv", ".rules"].contains { name.hasSuffix($0) } }
            .map { "\(examples)/clinic/\($0)" }.sorted() + ["\(examples)/periods.sql"]
    }

    private func files(in directory: String, under root: URL) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: directory).path)
    }
}
