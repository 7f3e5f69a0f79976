using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Shop.Orders.Migrations
{
    /// <inheritdoc />
    internal partial class CatalogueAndStockByOperators : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_products_name",
                schema: "orders",
                table: "products");

            migrationBuilder.DropIndex(
                name: "ux_products_sku",
                schema: "orders",
                table: "products");

            migrationBuilder.AddColumn<Guid>(
                name: "made_by",
                schema: "orders",
                table: "stock_movements",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "reason",
                schema: "orders",
                table: "stock_movements",
                type: "character varying(200)",
                maxLength: 200,
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "deleted_at",
                schema: "orders",
                table: "products",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_products_name",
                schema: "orders",
                table: "products",
                columns: new[] { "name", "id" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ux_products_sku",
                schema: "orders",
                table: "products",
                column: "sku",
                unique: true,
                filter: "deleted_at IS NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_products_name",
                schema: "orders",
                table: "products");

            migrationBuilder.DropIndex(
                name: "ux_products_sku",
                schema: "orders",
                table: "products");

            migrationBuilder.DropColumn(
                name: "made_by",
                schema: "orders",
                table: "stock_movements");

            migrationBuilder.DropColumn(
                name: "reason",
                schema: "orders",
                table: "stock_movements");

            migrationBuilder.DropColumn(
                name: "deleted_at",
                schema: "orders",
                table: "products");

            migrationBuilder.CreateIndex(
                name: "ix_products_name",
                schema: "orders",
                table: "products",
                columns: new[] { "name", "id" });

            migrationBuilder.CreateIndex(
                name: "ux_products_sku",
                schema: "orders",
                table: "products",
                column: "sku",
                unique: true);
        }
    }
}
