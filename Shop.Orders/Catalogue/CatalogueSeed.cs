using Microsoft.EntityFrameworkCore;

namespace Shop.Orders.Catalogue;

/// <summary>What the shop sells in Development. Ids are fixed, so that examples and tests can name them.</summary>
internal static class CatalogueSeed
{
    private sealed record Item(string Sku, string Name, long Cents, int Pieces, string Description);

    private static readonly Item[] Items =
    [
        new("LIT-1001", "Arc Reading Lamp", 12900, 80,
            "A slim steel arm that leans over your chair. Warm, dimmable light without glare."),
        new("LIT-1002", "Paper Moon Pendant", 8900, 60,
            "Hand-folded washi shade, 45 cm wide. Casts the soft light of an overcast morning."),
        new("LIT-1003", "Harbour Lantern", 6450, 140,
            "Weatherproof lantern of powder-coated aluminium. Twenty hours of light by USB-C charge."),
        new("LIT-1004", "Beeswax Pillar Candles", 2750, 400,
            "Three pillar candles of pure beeswax from the Black Forest. Each burns for forty hours."),
        new("TBL-2001", "Stoneware Dinner Set", 14900, 45,
            "Sixteen pieces for four people, glazed by hand in fog grey. Safe in oven and dishwasher."),
        new("TBL-2002", "Everyday Tumblers", 2400, 300,
            "Six stackable glasses, tempered so that they survive a fall onto a wooden floor."),
        new("TBL-2003", "Oak Serving Board", 4900, 120,
            "Oiled European oak with a groove for juices and a leather loop to hang it by."),
        new("TBL-2004", "Linen Napkins", 3200, 250,
            "Set of four in stone-washed linen. They get softer with every wash."),
        new("KIT-3001", "Cast Iron Casserole", 13950, 70,
            "Five litres, enamelled inside. From stove to oven to table, for decades."),
        new("KIT-3002", "Pour-Over Coffee Set", 4590, 160,
            "Porcelain dripper and glass carafe for up to six cups. Takes standard paper filters."),
        new("KIT-3003", "Chef's Knife 20 cm", 9800, 90,
            "Forged from German steel, balanced at the bolster, with a handle of smoked oak."),
        new("KIT-3004", "Ceramic Storage Jars", 3990, 180,
            "Three airtight jars with acacia lids for flour, sugar and coffee."),
        new("LIV-4001", "Merino Throw", 11900, 75,
            "Woven in Portugal from undyed merino wool, 130 by 180 cm. Warm without weight."),
        new("LIV-4002", "Linen Cushion", 4400, 220,
            "Feather-filled cushion, 50 by 50 cm, with a cover that zips off for the wash."),
        new("LIV-4003", "Ash Side Table", 15900, 40,
            "Solid ash, three legs, no screws. Arrives flat and stands in five minutes."),
        new("LIV-4004", "Wool Rug Dune", 38900, 42,
            "Hand-loomed rug of New Zealand wool, 170 by 240 cm, in the colours of wet sand."),
        new("LIV-4005", "Quiet Wall Clock", 5900, 130,
            "Sweeping hands that make no sound. Birch face, 30 cm across."),
        new("OUT-5001", "Canvas Day Pack", 10900, 110,
            "Twenty litres of waxed cotton with a padded sleeve for a laptop. Sheds an hour of rain."),
        new("OUT-5002", "Two-Person Tent", 27900, 50,
            "Stands in four minutes and weighs 1.9 kg. Two doors, so nobody has to climb over anybody."),
        new("OUT-5003", "Insulated Bottle", 3450, 500,
            "Keeps 750 ml hot for twelve hours and cold for twenty-four. Steel inside and out."),
        new("OUT-5004", "Folding Camp Stool", 5200, 150,
            "Beech legs and heavy canvas. Folds to the size of an umbrella and carries 120 kg."),
        new("OUT-5005", "Wool Picnic Blanket", 7900, 100,
            "Recycled wool on a waterproof back, 150 by 180 cm, with a leather carrying strap."),
        new("GAR-6001", "Copper Watering Can", 8450, 65,
            "Five litres, a long spout and a fine rose for seedlings. Grows more beautiful with age."),
        new("GAR-6002", "Herb Garden Kit", 2950, 350,
            "Basil, thyme and chives with peat-free soil and three clay pots for a bright windowsill."),
    ];

    /// <summary>The id of the product with this number, from 1 to 24 in the order above.</summary>
    public static Guid IdOf(int number) => new($"01968a30-0000-7000-8000-{number:x12}");

    /// <summary>
    /// Adds in Development what is missing and leaves the rest; any number of replicas may do so at once.
    /// </summary>
    public static async Task SeedAsync(OrdersDb db, IServiceProvider services, CancellationToken cancel)
    {
        if (!services.GetRequiredService<IHostEnvironment>().IsDevelopment())
            return;

        Guid[] ids = [.. Enumerable.Range(1, Items.Length).Select(IdOf)];
        string[] skus = [.. Items.Select(item => item.Sku)];
        string[] names = [.. Items.Select(item => item.Name)];
        string[] descriptions = [.. Items.Select(item => item.Description)];
        long[] cents = [.. Items.Select(item => item.Cents)];
        int[] pieces = [.. Items.Select(item => item.Pieces)];
        await db.Database.ExecuteSqlAsync($"""
            WITH items AS (
                SELECT * FROM unnest({ids}, {skus}, {names}, {descriptions}, {cents}, {pieces})
                    AS item (id, sku, name, description, cents, pieces)
            ), products AS (
                INSERT INTO orders.products (id, sku, name, description, price_amount, price_currency, version)
                SELECT id, sku, name, description, cents, 'EUR', 1 FROM items
                ON CONFLICT DO NOTHING
                RETURNING id
            ), levels AS (
                INSERT INTO orders.stock_levels (product_id, available, reserved)
                SELECT items.id, items.pieces, 0 FROM items JOIN products USING (id)
                RETURNING product_id, available
            )
            INSERT INTO orders.stock_movements (product_id, kind, available, reserved, at)
            SELECT product_id, 'Opening', available, 0, clock_timestamp() FROM levels
            """, cancel);
    }
}
