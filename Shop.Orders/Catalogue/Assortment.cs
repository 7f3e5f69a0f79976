using Microsoft.EntityFrameworkCore;

namespace Shop.Orders.Catalogue;

/// <summary>What the shop sells in Development. Ids are fixed, so that examples and tests can name them.</summary>
internal static class Assortment
{
    private sealed record Item(string Sku, string Name, string Description, long Cents, int Pieces);

    private static readonly Item[] Items =
    [
        new("LIT-1001", "Arc Reading Lamp", "A slim steel arm that leans over your chair. Warm, dimmable light without glare.", 12900, 80),
        new("LIT-1002", "Paper Moon Pendant", "Hand-folded washi shade, 45 cm wide. Casts the soft light of an overcast morning.", 8900, 60),
        new("LIT-1003", "Harbour Lantern", "Weatherproof lantern of powder-coated aluminium. Twenty hours of light by USB-C charge.", 6450, 140),
        new("LIT-1004", "Beeswax Pillar Candles", "Three pillar candles of pure beeswax from the Black Forest. Each burns for forty hours.", 2750, 400),
        new("TBL-2001", "Stoneware Dinner Set", "Sixteen pieces for four people, glazed by hand in fog grey. Safe in oven and dishwasher.", 14900, 45),
        new("TBL-2002", "Everyday Tumblers", "Six stackable glasses, tempered so that they survive a fall onto a wooden floor.", 2400, 300),
        new("TBL-2003", "Oak Serving Board", "Oiled European oak with a groove for juices and a leather loop to hang it by.", 4900, 120),
        new("TBL-2004", "Linen Napkins", "Set of four in stone-washed linen. They get softer with every wash.", 3200, 250),
        new("KIT-3001", "Cast Iron Casserole", "Five litres, enamelled inside. From stove to oven to table, for decades.", 13950, 70),
        new("KIT-3002", "Pour-Over Coffee Set", "Porcelain dripper and glass carafe for up to six cups. Takes standard paper filters.", 4590, 160),
        new("KIT-3003", "Chef's Knife 20 cm", "Forged from German steel, balanced at the bolster, with a handle of smoked oak.", 9800, 90),
        new("KIT-3004", "Ceramic Storage Jars", "Three airtight jars with acacia lids for flour, sugar and coffee.", 3990, 180),
        new("LIV-4001", "Merino Throw", "Woven in Portugal from undyed merino wool, 130 by 180 cm. Warm without weight.", 11900, 75),
        new("LIV-4002", "Linen Cushion", "Feather-filled cushion, 50 by 50 cm, with a cover that zips off for the wash.", 4400, 220),
        new("LIV-4003", "Ash Side Table", "Solid ash, three legs, no screws. Arrives flat and stands in five minutes.", 15900, 40),
        new("LIV-4004", "Wool Rug Dune", "Hand-loomed rug of New Zealand wool, 170 by 240 cm, in the colours of wet sand.", 38900, 42),
        new("LIV-4005", "Quiet Wall Clock", "Sweeping hands that make no sound. Birch face, 30 cm across.", 5900, 130),
        new("OUT-5001", "Canvas Day Pack", "Twenty litres of waxed cotton with a padded sleeve for a laptop. Sheds an hour of rain.", 10900, 110),
        new("OUT-5002", "Two-Person Tent", "Stands in four minutes and weighs 1.9 kg. Two doors, so nobody has to climb over anybody.", 27900, 50),
        new("OUT-5003", "Insulated Bottle", "Keeps 750 ml hot for twelve hours and cold for twenty-four. Steel inside and out.", 3450, 500),
        new("OUT-5004", "Folding Camp Stool", "Beech legs and heavy canvas. Folds to the size of an umbrella and carries 120 kg.", 5200, 150),
        new("OUT-5005", "Wool Picnic Blanket", "Recycled wool on a waterproof back, 150 by 180 cm, with a leather carrying strap.", 7900, 100),
        new("GAR-6001", "Copper Watering Can", "Five litres, a long spout and a fine rose for seedlings. Grows more beautiful with age.", 8450, 65),
        new("GAR-6002", "Herb Garden Kit", "Basil, thyme and chives with peat-free soil and three clay pots for a bright windowsill.", 2950, 350),
    ];

    /// <summary>The id of the product with this number, from 1 to 24 in the order above.</summary>
    public static Guid IdOf(int number) => new($"01968a30-0000-7000-8000-{number:x12}");

    /// <summary>Adds in Development what is missing and leaves the rest; any number of replicas may do so at once.</summary>
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
