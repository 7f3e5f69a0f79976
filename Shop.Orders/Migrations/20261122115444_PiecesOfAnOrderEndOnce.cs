using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Shop.Orders.Migrations
{
    /// <inheritdoc />
    public partial class PiecesOfAnOrderEndOnce : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "ux_stock_movements_end",
                schema: "orders",
                table: "stock_movements",
                columns: new[] { "order_id", "product_id" },
                unique: true,
                filter: "kind IN ('Released', 'Sold')");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ux_stock_movements_end",
                schema: "orders",
                table: "stock_movements");
        }
    }
}
