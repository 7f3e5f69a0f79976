namespace Shop.Tests.Exploration;

public class EveryScheduleOfAnOrder(ITestOutputHelper output)
{
    [Fact]
    public void Keeps_every_promise_and_can_always_end_well()
    {
        var explored = new Search(new()).Run();

        output.WriteLine(explored.ToString());
        Assert.True(explored.Broken is null, explored.ToString());
    }
}
