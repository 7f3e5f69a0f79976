using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Shop.Shipping.Migrations
{
    /// <inheritdoc />
    public partial class SentEvents : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "outbox_sent",
                schema: "shipping",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    type = table.Column<string>(type: "text", nullable: false),
                    subject = table.Column<Guid>(type: "uuid", nullable: false),
                    content = table.Column<string>(type: "text", nullable: false),
                    trace_parent = table.Column<string>(type: "text", nullable: true),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    epoch = table.Column<int>(type: "integer", nullable: false),
                    entry = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_outbox_sent", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "outbox_stream",
                schema: "shipping",
                columns: table => new
                {
                    epoch = table.Column<int>(type: "integer", nullable: false),
                    marker = table.Column<Guid>(type: "uuid", nullable: false),
                    server = table.Column<string>(type: "text", nullable: false),
                    recorded = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_outbox_stream", x => x.epoch);
                });

            migrationBuilder.CreateTable(
                name: "outbox_subscribers",
                schema: "shipping",
                columns: table => new
                {
                    name = table.Column<string>(type: "text", nullable: false),
                    seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_outbox_subscribers", x => x.name);
                });

            migrationBuilder.InsertData(
                schema: "shipping",
                table: "outbox_stream",
                columns: new[] { "epoch", "marker", "recorded", "server" },
                values: new object[] { 0, new Guid("00000000-0000-0000-0000-000000000000"), 0L, "" });

            migrationBuilder.CreateIndex(
                name: "ix_outbox_sent_entry",
                schema: "shipping",
                table: "outbox_sent",
                columns: new[] { "epoch", "entry" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "outbox_sent",
                schema: "shipping");

            migrationBuilder.DropTable(
                name: "outbox_stream",
                schema: "shipping");

            migrationBuilder.DropTable(
                name: "outbox_subscribers",
                schema: "shipping");
        }
    }
}
