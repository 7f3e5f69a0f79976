using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;

namespace Shop.Tests.Architecture;

/// <summary>
/// Old and new version of a service run side by side during a roll-out, and the old one again after a roll-back. So a
/// migration adds, and what nobody uses any more goes a release later.
/// </summary>
public class MigrationTests
{
    /// <summary>Migrations, by their full names, that remove what the version before has not used either.</summary>
    private static readonly string[] Contracted = [];

    [Fact]
    public void Break_no_version_that_is_running()
    {
        var migrations = Repository.Services
            .SelectMany(service => Repository.Assembly(service).GetTypes())
            .Where(type => type.IsSubclassOf(typeof(Migration)) && !Contracted.Contains(type.FullName))
            .ToArray();

        Assert.NotEmpty(migrations);
        Assert.Empty(migrations.SelectMany(type => BreaksOf((Migration)Activator.CreateInstance(type)!)
            .Select(what => $"{type.FullName}: {what}")));
    }

    [Fact]
    public void Are_refused_when_they_break_the_version_before()
    {
        var breaks = BreaksOf(new Breaking()).ToArray();

        Assert.Equal(
            ["drops a column", "requires a value", "renames a column", "drops a table", "changes a type"],
            breaks.Select(text => text.Split(':')[0]));
    }

    private static IEnumerable<string> BreaksOf(Migration migration)
    {
        var created = migration.UpOperations.OfType<CreateTableOperation>().Select(table => table.Name).ToHashSet();
        return migration.UpOperations.Select(operation => operation switch
        {
            DropTableOperation table => $"drops a table: {table.Name}",
            RenameTableOperation table => $"renames a table: {table.Name}",
            DropColumnOperation column => $"drops a column: {column.Table}.{column.Name}",
            RenameColumnOperation column => $"renames a column: {column.Table}.{column.Name}",
            // The old version inserts rows without it.
            AddColumnOperation { IsNullable: false, DefaultValue: null, DefaultValueSql: null } column
                when column.ComputedColumnSql is null => $"requires a value: {column.Table}.{column.Name}",
            AlterColumnOperation column when column.ColumnType != column.OldColumn.ColumnType =>
                $"changes a type: {column.Table}.{column.Name}",
            AlterColumnOperation { IsNullable: false, OldColumn.IsNullable: true } column =>
                $"requires a value: {column.Table}.{column.Name}",
            // The old version may insert what they refuse.
            AddUniqueConstraintOperation unique when !created.Contains(unique.Table) =>
                $"makes unique: {unique.Table}.{unique.Name}",
            CreateIndexOperation { IsUnique: true } index when !created.Contains(index.Table) =>
                $"makes unique: {index.Table}.{index.Name}",
            AddCheckConstraintOperation check when !created.Contains(check.Table) =>
                $"checks: {check.Table}.{check.Name}",
            _ => null,
        }).OfType<string>();
    }

    private sealed class Breaking : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn("status", "orders");
            migrationBuilder.AddColumn<int>("weight", "orders", nullable: false);
            migrationBuilder.AddColumn<int>("colour", "orders", nullable: true);
            migrationBuilder.RenameColumn("total", "orders", "sum");
            migrationBuilder.DropTable("lines");
            migrationBuilder.AlterColumn<long>(
                "quantity", "lines", type: "bigint", oldClrType: typeof(int), oldType: "integer");
        }
    }
}
