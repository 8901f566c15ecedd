// swift-tools-version:6.2
import PackageDescription

// CI treats every warning of ours as an error. Elsewhere a newer compiler's new warning must not stop a newcomer.
let strict: [SwiftSetting] = Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)]
let settings: [SwiftSetting] =
  strict + [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ]

let nio: [Target.Dependency] = [
  .product(name: "NIOCore", package: "swift-nio"),
  .product(name: "NIOPosix", package: "swift-nio"),
]
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")

let package = Package(
  name: "howused",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "howused", targets: ["howused"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
    .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
  ],
  targets: [
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

    // The chart page's files, embedded by the C preprocessor.
    .target(name: "CDashboard"),
    // Other files that are data and not code, embedded in the same way.
    .target(name: "CEmbeddedFiles"),
    // Text as bytes: decimal and hexadecimal numbers, percent-encoding. What everybody reads and writes.
    .target(name: "ByteText", swiftSettings: settings),
    .target(name: "Redis", dependencies: nio + ["ByteText", logging, deque], swiftSettings: settings),
    .target(
      name: "HowUsedModel",
      dependencies: ["ByteText", .product(name: "NIOCore", package: "swift-nio")],
      swiftSettings: settings
    ),
    // The Lua scripts, embedded likewise.
    .target(name: "CScripts"),
    // To start a process that holds a lock: between fork and exec nothing of Swift may run.
    .target(name: "CProcess"),
    .target(
      name: "HowUsedStore",
      dependencies: nio + ["ByteText", "CProcess", "CScripts", "Redis", "HowUsedModel", logging, lifecycle, crypto],
      exclude: ["Bots/remove.lua", "Bots/replace.lua", "Streams/Scripts"],
      swiftSettings: settings
    ),
    .target(
      name: "HowUsedArchive",
      dependencies: nio + ["ByteText", "CZstd", "Redis", "HowUsedModel", "HowUsedStore", logging, lifecycle, crypto],
      swiftSettings: settings
    ),
    .target(
      name: "HowUsedStatistics",
      dependencies: nio + [
        "ByteText", "Redis", "HowUsedModel", "HowUsedStore", "HowUsedArchive", logging, lifecycle, crypto,
      ],
      swiftSettings: settings
    ),
    .target(
      name: "HowUsedServer",
      dependencies: nio + [
        "ByteText", "CDashboard", "CEmbeddedFiles", "CZlib", "CZstd", "Redis", "HowUsedModel", "HowUsedStore",
        "HowUsedArchive", "HowUsedStatistics", logging, lifecycle, deque, crypto,
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
        .product(name: "NIOExtras", package: "swift-nio-extras"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
      ],
      exclude: ["Dashboard/Web", "Routes/Statistics/openapi.json"],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "howused",
      dependencies: [
        "HowUsedServer", "HowUsedStatistics", "HowUsedArchive", "HowUsedStore", "HowUsedModel", "Redis", logging,
        lifecycle,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ] + nio,
      swiftSettings: settings
    ),

    .target(
      name: "TestSupport",
      dependencies: nio + ["Redis", "HowUsedModel", "HowUsedStore", logging],
      path: "Tests/TestSupport",
      swiftSettings: settings
    ),
    // What scripts/torture runs; shim.c is built by that.
    .executableTarget(
      name: "Torture",
      dependencies: [
        "TestSupport", "HowUsedModel", "HowUsedStore", .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Torture",
      exclude: ["shim.c"],
      swiftSettings: settings
    ),
    .testTarget(name: "ByteTextTests", dependencies: ["ByteText"], swiftSettings: settings),
    .testTarget(
      name: "RedisTests",
      dependencies: nio + ["Redis", "HowUsedModel", "TestSupport", logging],
      swiftSettings: settings
    ),
    .testTarget(name: "HowUsedModelTests", dependencies: ["HowUsedModel", "TestSupport"], swiftSettings: settings),
    .testTarget(name: "HowUsedStoreTests", dependencies: ["HowUsedStore", "TestSupport"], swiftSettings: settings),
    .testTarget(name: "HowUsedArchiveTests", dependencies: ["HowUsedArchive", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "HowUsedStatisticsTests",
      dependencies: ["HowUsedStatistics", "TestSupport"],
      swiftSettings: settings
    ),
    .testTarget(
      name: "HowUsedServerTests",
      dependencies: [
        "HowUsedServer", "HowUsedStatistics", "HowUsedStore", "HowUsedModel", "Redis", "TestSupport", logging,
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "HowUsedCommandTests",
      dependencies: [
        "howused", "HowUsedModel", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings
    ),
    .testTarget(
      name: "IntegrationTests",
      dependencies: nio + [
        "HowUsedArchive", "HowUsedStatistics", "HowUsedServer", "HowUsedStore", "HowUsedModel", "Redis", "TestSupport",
        "howused", logging, .product(name: "Hummingbird", package: "hummingbird"),
      ],
      swiftSettings: settings
    ),
  ]
)

// What scripts/fuzz builds. It links with libFuzzer only, so nobody else sees it.
if Context.environment["HOWUSED_FUZZ"] != nil {
  package.targets += [
    .executableTarget(
      name: "RequestFuzzer",
      dependencies: [
        "HowUsedModel", "HowUsedServer",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      path: "Tests/Fuzz/RequestFuzzer",
      swiftSettings: settings
    ),
    .executableTarget(
      name: "RouteFuzzer",
      dependencies: nio + [
        "HowUsedModel", "HowUsedServer", "HowUsedStatistics", "HowUsedStore", "Redis", logging,
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
      ],
      path: "Tests/Fuzz/RouteFuzzer",
      swiftSettings: settings
    ),
  ]
}
