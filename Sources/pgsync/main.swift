import PGSyncCLI

await PGSyncProgram.main()
