using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Shop.Users.Migrations
{
    /// <inheritdoc />
    internal partial class AccountsComplete : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "generation",
                schema: "users",
                table: "accounts",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "lock_reason",
                schema: "users",
                table: "accounts",
                type: "character varying(200)",
                maxLength: 200,
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "locked_at",
                schema: "users",
                table: "accounts",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "version",
                schema: "users",
                table: "accounts",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateTable(
                name: "addresses",
                schema: "users",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    account_id = table.Column<Guid>(type: "uuid", nullable: false),
                    name = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    line1 = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false),
                    line2 = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    city = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    postal_code = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    country = table.Column<string>(type: "character(2)", fixedLength: true, maxLength: 2, nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_addresses", x => x.id);
                    table.ForeignKey(
                        name: "fk_addresses_account",
                        column: x => x.account_id,
                        principalSchema: "users",
                        principalTable: "accounts",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "source_failures",
                schema: "users",
                columns: table => new
                {
                    source = table.Column<byte[]>(type: "bytea", nullable: false),
                    forgotten_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_source_failures", x => x.source);
                });

            migrationBuilder.CreateIndex(
                name: "ix_accounts_email_beginning",
                schema: "users",
                table: "accounts",
                column: "email")
                .Annotation("Npgsql:IndexOperators", new[] { "text_pattern_ops" });

            migrationBuilder.CreateIndex(
                name: "ix_accounts_operators",
                schema: "users",
                table: "accounts",
                column: "role",
                filter: "role = 'operator'");

            migrationBuilder.CreateIndex(
                name: "ix_addresses_account_id",
                schema: "users",
                table: "addresses",
                column: "account_id");

            migrationBuilder.CreateIndex(
                name: "ix_source_failures_forgotten_at",
                schema: "users",
                table: "source_failures",
                column: "forgotten_at");

            migrationBuilder.Sql("CREATE INDEX ix_accounts_name_beginning ON users.accounts (lower(name) text_pattern_ops)");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP INDEX users.ix_accounts_name_beginning");

            migrationBuilder.DropTable(
                name: "addresses",
                schema: "users");

            migrationBuilder.DropTable(
                name: "source_failures",
                schema: "users");

            migrationBuilder.DropIndex(
                name: "ix_accounts_email_beginning",
                schema: "users",
                table: "accounts");

            migrationBuilder.DropIndex(
                name: "ix_accounts_operators",
                schema: "users",
                table: "accounts");

            migrationBuilder.DropColumn(
                name: "generation",
                schema: "users",
                table: "accounts");

            migrationBuilder.DropColumn(
                name: "lock_reason",
                schema: "users",
                table: "accounts");

            migrationBuilder.DropColumn(
                name: "locked_at",
                schema: "users",
                table: "accounts");

            migrationBuilder.DropColumn(
                name: "version",
                schema: "users",
                table: "accounts");
        }
    }
}
