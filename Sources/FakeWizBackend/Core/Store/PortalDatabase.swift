import Foundation
package import GRDB

/// Opens the portal's database and brings its tables up to date.
package enum PortalDatabase {
    /// - Parameter path: the file; nil for one in memory.
    package static func open(path: String?) throws -> any DatabaseWriter {
        var configuration = Configuration()
        // The publishing commands write beside a running server.
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA synchronous = NORMAL") }
        let writer: any DatabaseWriter =
            if let path { try DatabasePool(path: path, configuration: configuration) } else { try DatabaseQueue(configuration: configuration) }
        try migrator.migrate(writer)
        return writer
    }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in try db.execute(sql: tables) }
        migrator.registerMigration("2") { db in try db.execute(sql: definitionsWithProof) }
        // when two sensors last seemed to use one identity; NULL when they never did
        migrator.registerMigration("3") { db in try db.execute(sql: "ALTER TABLE sensors ADD COLUMN identity_doubted INTEGER") }
        return migrator
    }

    // Times are nanoseconds since 1970 (UTC). Bodies are JSON as it goes out again.
    private static let tables = """
        CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

        CREATE TABLE accounts (
            client_id TEXT PRIMARY KEY, secret_sha256 BLOB NOT NULL, type TEXT NOT NULL, entitled INTEGER NOT NULL, created INTEGER NOT NULL
        ) WITHOUT ROWID;

        CREATE TABLE sensors (
            row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, persistent_id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, cluster TEXT NOT NULL, hostname TEXT NOT NULL,
            kernel_version TEXT NOT NULL, machine_id TEXT NOT NULL, boot_id TEXT NOT NULL, external_id TEXT NOT NULL, sensor_version TEXT NOT NULL,
            definitions_version TEXT NOT NULL, hook_set TEXT NOT NULL, visibility_level TEXT NOT NULL, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
            sequence INTEGER NOT NULL, deregistered INTEGER
        );

        CREATE TABLE heartbeats (row INTEGER PRIMARY KEY, sensor_id TEXT NOT NULL, received INTEGER NOT NULL, body TEXT NOT NULL);
        CREATE INDEX heartbeats_of_sensor ON heartbeats (sensor_id, received);

        CREATE TABLE health_issues (
            row INTEGER PRIMARY KEY, sensor_id TEXT NOT NULL, code TEXT NOT NULL, severity TEXT NOT NULL, message TEXT NOT NULL, opened INTEGER NOT NULL,
            resolved INTEGER
        );
        CREATE INDEX health_issues_open ON health_issues (sensor_id, resolved);

        CREATE TABLE cloud_events (
            row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, sensor_id TEXT NOT NULL, received INTEGER NOT NULL, timestamp INTEGER NOT NULL,
            severity TEXT NOT NULL, events_count INTEGER NOT NULL, body TEXT NOT NULL
        );
        CREATE INDEX cloud_events_by_time ON cloud_events (timestamp, row);
        CREATE INDEX cloud_events_by_arrival ON cloud_events (received);
        CREATE TABLE cloud_event_rules (
            event INTEGER NOT NULL REFERENCES cloud_events (row) ON DELETE CASCADE, rule_id TEXT NOT NULL, rule_name TEXT NOT NULL
        );
        CREATE INDEX cloud_event_rules_of_event ON cloud_event_rules (event);

        CREATE TABLE runtime_data (
            row INTEGER PRIMARY KEY, sensor_id TEXT NOT NULL, identity TEXT NOT NULL, image TEXT NOT NULL, package TEXT NOT NULL, received INTEGER NOT NULL,
            last_seen INTEGER NOT NULL, body TEXT NOT NULL, UNIQUE (sensor_id, identity)
        );
        CREATE INDEX runtime_data_by_package ON runtime_data (package);
        CREATE TABLE telemetry (row INTEGER PRIMARY KEY, sensor_id TEXT NOT NULL, received INTEGER NOT NULL, body TEXT NOT NULL);
        CREATE INDEX telemetry_of_sensor ON telemetry (sensor_id, row);

        CREATE TABLE streams (
            sensor_id TEXT NOT NULL, stream TEXT NOT NULL, sequences TEXT NOT NULL, received INTEGER NOT NULL, duplicates INTEGER NOT NULL,
            refused INTEGER NOT NULL, out_of_order INTEGER NOT NULL, PRIMARY KEY (sensor_id, stream)
        ) WITHOUT ROWID;
        CREATE TABLE batches (
            batch_id TEXT NOT NULL, sensor_id TEXT NOT NULL, stream TEXT NOT NULL, digest BLOB NOT NULL, received INTEGER NOT NULL,
            PRIMARY KEY (batch_id, sensor_id, stream)
        ) WITHOUT ROWID;
        CREATE INDEX batches_by_arrival ON batches (received);

        CREATE TABLE findings (
            row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, package TEXT NOT NULL, image TEXT, host TEXT, body TEXT NOT NULL
        );

        CREATE TABLE indicators (
            kind TEXT NOT NULL, value TEXT NOT NULL, disposition TEXT NOT NULL, family TEXT NOT NULL, source TEXT NOT NULL, PRIMARY KEY (kind, value)
        ) WITHOUT ROWID;

        CREATE TABLE definitions (
            row INTEGER PRIMARY KEY, version TEXT NOT NULL UNIQUE, rank INTEGER NOT NULL, format_version INTEGER NOT NULL, package BLOB NOT NULL,
            sha256 BLOB NOT NULL, signature BLOB NOT NULL, public_key BLOB NOT NULL, published INTEGER NOT NULL, expires INTEGER,
            rule_files TEXT NOT NULL, indicators INTEGER NOT NULL
        );
        """

    // Releases without a chain of keys convince no sensor any more: they are to be published again.
    private static let definitionsWithProof = """
        DROP TABLE definitions;
        CREATE TABLE definitions (
            row INTEGER PRIMARY KEY, version TEXT NOT NULL UNIQUE, rank INTEGER NOT NULL, format_version INTEGER NOT NULL, parts BLOB NOT NULL,
            sha256 BLOB NOT NULL, size INTEGER NOT NULL, proof TEXT NOT NULL, published INTEGER NOT NULL, expires INTEGER, rule_files TEXT NOT NULL,
            indicators INTEGER NOT NULL, defect TEXT
        );
        """
}
